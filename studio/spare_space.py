"""Keeps some disk space free of temporary files, which requests and answers need, for everything else."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from typing import Final

SPARE_BYTES: Final = 500 * 1024**2
"""So much stays free; less on a small disk, of which it is a tenth."""


def refuse_the_last_space() -> None:
    """
    Raise OSError when the disk has too little free space for temporary files.

    Anybody may send long bodies, and some space must stay free.
    """
    disk = shutil.disk_usage(tempfile.gettempdir())
    if disk.free < min(SPARE_BYTES, disk.total // 10):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
