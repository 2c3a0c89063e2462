"""Keeps some disk space free of temporary files of requests and responses, for everything else."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from typing import Final

SPARE_BYTES: Final = 500 * 1024**2
"""How many bytes stay free; on a small disk it is a tenth of the disk."""


def refuse_the_last_space() -> None:
    """
    Raise OSError if the disk has too little free space for temporary files.

    Any client may send long bodies, and some space must stay free.
    """
    disk = shutil.disk_usage(tempfile.gettempdir())
    if disk.free < min(SPARE_BYTES, disk.total // 10):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
