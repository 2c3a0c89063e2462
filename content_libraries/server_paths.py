"""Removes paths of the server from texts. Errors of other packages are full of paths, which users must not see."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

_LEFT_OUT: Final = "…/"


def without_server_paths(text: str) -> str:
    """
    Remove the folders of the server from a text, so that only file names remain: ``…/course.xml``.

    A path counts only if its first folder exists on this server, because addresses of pages look alike.
    """
    return _pattern().sub(_LEFT_OUT, text) if "/" in text else text


@cache
def _pattern() -> re.Pattern[str]:
    """Make a pattern for the folders of an absolute path, up to the last slash."""
    first = "|".join(re.escape(entry.name) for entry in Path("/").iterdir() if entry.is_dir())
    return re.compile(rf"(?<![\w/.:-])/(?:{first})/(?:[^\s/'\"<>|:;,]+/)*")
