"""The space that requests and answers on their way leave to everything else, where temporary files are."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from typing import Final

SPARE_BYTES: Final = 500 * 1024**2
"""So much stays free; less on a small disk, of which it is a tenth."""


def refuse_the_last_space() -> None:
    """Raise OSError when a temporary file would take what has to stay free: anybody may send long bodies."""
    disk = shutil.disk_usage(tempfile.gettempdir())
    if disk.free < min(SPARE_BYTES, disk.total // 10):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
