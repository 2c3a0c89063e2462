"""
Replaces functions of edxval, the store of videos.

Video blocks import ``edxval.api`` and call its functions. No setting names another store. In a process of blocks,
which has no database, this module replaces the functions (``xblocks.video_store``, ADR 0038). This can go when
blocks ask a service of their runtime for videos.

Seen with edxval 5.0.1 and xblocks-contrib 1.0.7.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from edxval import api


def replace_functions(replacement_of: Callable[[str], Callable[..., object]]) -> None:
    """Replace each public function of the store in this process by the function that is returned for its name."""
    for name, function in inspect.getmembers(api, inspect.isfunction):
        if function.__module__ == api.__name__ and not name.startswith("_"):
            setattr(api, name, replacement_of(name))
