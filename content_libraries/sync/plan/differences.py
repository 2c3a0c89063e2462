"""
Compares base, theirs and mine; the results are ready for JSON.

Base is the version of the library item that was synced last, theirs is its published version, mine is the block in the
course. The outcome is the block after the sync.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Any, Final

from opaque_keys.edx.keys import UsageKey

from ...courses.api import LINK_ATTRIBUTES
from ...olx.api import body_of, settings_in

_CONTEXT_LINES: Final = 2
_MAX_LINES: Final = 400
"""Longer differences are cut: they are made for reading, not for applying."""

_COMPARED_LINES: Final = 1000
"""How many lines after the first difference are compared: comparing takes time with the square of their number."""

_PLACE: Final = re.compile(r"(?<=[-+])\d+")
"""The line numbers in a line such as ``@@ -12,4 +12,6 @@``, which begins a part of a unified difference."""


def block_difference(base: str | None, theirs: str | None, mine: str | None, outcome: str) -> dict[str, Any]:
    """
    Compare the settings and the body of a block.

    Args:
        base, theirs, mine: OLX, or None.
        outcome: OLX of the block after the sync.

    Returns: ``settings``, a row for each setting that changes or is kept (``name``, ``base``, ``theirs``, ``mine``,
        ``outcome``; values are the strings in the OLX, null if not set); and ``text``, with ``changed``, the ``lines``
        of a unified difference from mine to the outcome, and whether these are ``cut``.
    """
    return {
        "settings": _settings(*(settings_in(olx) if olx else {} for olx in (base, theirs, mine, outcome))),
        "text": text_difference(mine, outcome),
    }


def text_difference(mine: str | None, outcome: str) -> dict[str, Any]:
    """
    Compare the bodies of two OLX texts.

    Returns: ``changed``, the ``lines`` of a unified difference, and whether these are ``cut``.
    """
    old, new = (body_of(mine) if mine else ""), body_of(outcome)
    if old == new:
        return {"changed": False, "lines": [], "cut": False}
    old_lines, new_lines = old.splitlines(), new.splitlines()
    lines, is_all = _differences(old_lines, new_lines)
    return {"changed": True, "lines": lines[:_MAX_LINES], "cut": len(lines) > _MAX_LINES or not is_all}


def children_difference(
    before: Sequence[UsageKey], after: Sequence[UsageKey], came_from: Mapping[UsageKey, tuple[UsageKey, int]]
) -> dict[str, Any]:
    """
    Compare the children of a container.

    Args:
        came_from: child -> its earlier container and its place there; only children that come from another container.

    Returns: ``before`` and ``after`` (usage keys), and ``moves`` (``usage_key``, ``from_parent``, ``from_index``,
        ``to_index``) of the children that change their place.
    """
    old = {key: index for index, key in enumerate(before)}
    kept = set(after)
    kept_order = [key for key in before if key in kept]
    position = {key: index for index, key in enumerate(kept_order)}
    moves = []
    for index, key in enumerate(key for key in after if key in position):
        if position[key] != index:
            moves.append({"usage_key": str(key), "from_parent": None, "from_index": old[key]})
    for key in after:
        if key in came_from:
            parent, index = came_from[key]
            moves.append({"usage_key": str(key), "from_parent": str(parent), "from_index": index})
    places = {str(key): index for index, key in enumerate(after)}
    return {
        "before": [str(key) for key in before],
        "after": [str(key) for key in after],
        "moves": [move | {"to_index": places[str(move["usage_key"])]} for move in moves],
    }


def _settings(
    base: Mapping[str, str], theirs: Mapping[str, str], mine: Mapping[str, str], outcome: Mapping[str, str]
) -> list[dict[str, str | None]]:
    names = sorted((theirs.keys() | mine.keys() | outcome.keys()) - LINK_ATTRIBUTES)
    return [
        {
            "name": name,
            "base": base.get(name),
            "theirs": theirs.get(name),
            "mine": mine.get(name),
            "outcome": outcome.get(name),
        }
        for name in names
        if mine.get(name) != outcome.get(name) or mine.get(name) != theirs.get(name)
    ]


def _differences(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], bool]:
    """Return the lines of a unified difference, and whether the texts are equal after the compared part."""
    first = next((n for n, (mine, other) in enumerate(zip(old, new, strict=False)) if mine != other), len(old))
    start = max(0, min(first, len(new)) - _CONTEXT_LINES)
    end = first + _COMPARED_LINES
    lines = unified_diff(old[start:end], new[start:end], "mine", "outcome", n=_CONTEXT_LINES, lineterm="")
    return list(_moved(lines, start)), old[end:] == new[end:]


def _moved(lines: Iterator[str], by: int) -> Iterator[str]:
    """Yield the lines of a unified difference with all line numbers raised by a number."""
    for line in lines:
        yield _PLACE.sub(lambda place: str(int(place[0]) + by), line) if line.startswith("@@") else line
