"""
What differs between base, theirs and mine, ready for JSON.

Base is the library item as it was synced last, theirs what the library has published, mine what the course has. The
outcome is what the block says after the sync.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Any, Final

from opaque_keys.edx.keys import UsageKey

from ..olx.api import body_of, settings_in
from .settings import LINK_ATTRIBUTES

_CONTEXT_LINES: Final = 2
_MAX_LINES: Final = 400
"""Longer differences are cut: they are to be looked at, not to be applied."""

_COMPARED_LINES: Final = 1000
"""Further lines after the first difference are not compared: that takes time with the square of their number."""

_PLACE: Final = re.compile(r"(?<=[-+])\d+")
"""In the line that begins a part of a unified difference: where that part begins in each text."""


def block_difference(base: str | None, theirs: str | None, mine: str | None, outcome: str) -> dict[str, Any]:
    """
    Compare what a block says.

    Args:
        base, theirs, mine: OLX; None where there is none.
        outcome: OLX of the block after the sync.

    Returns: ``settings`` (a row for each setting that changes or is kept: ``name``, ``base``, ``theirs``, ``mine``,
        ``outcome``; values as OLX spells them, null where it does not say) and ``text`` (``changed``, and ``lines`` of
        a unified difference from mine to the outcome).
    """
    return {
        "settings": _settings(*(settings_in(olx) if olx else {} for olx in (base, theirs, mine, outcome))),
        "text": _text(mine, outcome),
    }


def children_difference(
    before: Sequence[UsageKey], after: Sequence[UsageKey], came_from: Mapping[UsageKey, tuple[UsageKey, int]]
) -> dict[str, Any]:
    """
    Compare the children of a container.

    Args:
        came_from: child -> the container that it stood in before and its place there, for those that come from another
            one.

    Returns: ``before`` and ``after`` (usage keys), and ``moves`` (``usage_key``, ``from_parent``, ``from_index``,
        ``to_index``) of those that stay in the course at another place.
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


def _text(mine: str | None, outcome: str) -> dict[str, Any]:
    old, new = (body_of(mine) if mine else ""), body_of(outcome)
    if old == new:
        return {"changed": False, "lines": [], "cut": False}
    old_lines, new_lines = old.splitlines(), new.splitlines()
    lines, is_all = _differences(old_lines, new_lines)
    return {"changed": True, "lines": lines[:_MAX_LINES], "cut": len(lines) > _MAX_LINES or not is_all}


def _differences(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], bool]:
    """Return the lines of a unified difference, and whether these are all."""
    first = next((n for n, (mine, other) in enumerate(zip(old, new, strict=False)) if mine != other), len(old))
    start = max(0, min(first, len(new)) - _CONTEXT_LINES)
    end = first + _COMPARED_LINES
    lines = unified_diff(old[start:end], new[start:end], "mine", "outcome", n=_CONTEXT_LINES, lineterm="")
    return list(_moved(lines, start)), old[end:] == new[end:]


def _moved(lines: Iterator[str], by: int) -> Iterator[str]:
    """Count lines from the beginning of the texts, of which so many were left out."""
    for line in lines:
        yield _PLACE.sub(lambda place: str(int(place[0]) + by), line) if line.startswith("@@") else line
