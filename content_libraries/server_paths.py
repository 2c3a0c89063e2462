"""
Paths of files on the server, which texts of other packages' errors are full of, and which are nobody's business.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

_LEFT_OUT: Final = "…/"


def without_server_paths(text: str) -> str:
    """
    Leave the folders of the server out of a text, so that names of files remain: ``…/course.xml``.

    Absolute paths count where their first folder is one of this server: addresses of pages look alike.
    """
    return _pattern().sub(_LEFT_OUT, text) if "/" in text else text


@cache
def _pattern() -> re.Pattern[str]:
    """Find the folders of an absolute path, up to the last slash."""
    first = "|".join(re.escape(entry.name) for entry in Path("/").iterdir() if entry.is_dir())
    return re.compile(rf"(?<![\w/.:-])/(?:{first})/(?:[^\s/'\"<>|:;,]+/)*")
