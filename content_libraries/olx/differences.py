"""
Compares two states of a block or container. The results are ready for JSON, and have one format everywhere.

Comparing texts takes time with the square of their length, and authors choose the length. So only a part of long texts
is compared, and each result says whether it is cut. Differences are made for reading, not for applying.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, unified_diff
from itertools import accumulate, takewhile
from typing import Any, Final

from .errors import OlxError
from .renaming import body_of
from .start_tags import settings_in

_CONTEXT_LINES: Final = 2
_MAX_LINES: Final = 400
_MAX_CHARACTERS: Final = 200_000
"""How many lines, and how many characters in them, a difference has."""

_COMPARED_LINES: Final = 1000
"""How many lines after the first difference are compared."""

_COMPARED_WORDS: Final = 1000
_MAX_WORDS: Final = 5000
"""How many words of one group of changed lines are compared, and how many words of one text."""

_WORD: Final = re.compile(r"\w+|\s+|[^\w\s]")
_PLACE: Final = re.compile(r"(?<=[-+])\d+")
"""The line numbers in a line such as ``@@ -12,4 +12,6 @@``, which begins a part of a unified difference."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file: the digest of its bytes, and its size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class ComparedState:
    """
    One of the two states that are compared.

    Args:
        title: of the block or container.
        olx: its OLX without the blocks in it; None for what has no OLX, as the containers of libraries.
        more_settings: settings that are not in the OLX: name -> value as text.
        children: key and title of each child, in order.
        files: path -> file.
    """

    title: str
    olx: str | None = None
    more_settings: Mapping[str, str] = field(default_factory=dict)
    children: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, FileState] = field(default_factory=dict)


def state_difference(before: ComparedState | None, after: ComparedState | None) -> dict[str, Any]:
    """
    Compare two states of a block or container, in all of its parts.

    Args:
        before, after: the states; None where the block does not exist.

    Returns:
        ``title`` with ``changed``, ``before`` and ``after``; ``settings``, a row (``name``, ``before``, ``after``) for
        each setting that differs; ``text``, the difference of the bodies, and ``olx``, the difference of the whole OLX
        (see ``text_difference``); ``children`` (see ``children_difference``) with ``renamed``, a row (``usage_key``,
        ``before``, ``after``) for each child with another title; and ``files`` with ``added`` and ``removed`` (rows of
        ``path``, ``digest``, ``size``) and ``changed`` (rows of ``path``, ``before``, ``after``).
    """
    old, new = (state or ComparedState("") for state in (before, after))
    old_title, new_title = (state.title if state else None for state in (before, after))
    return {
        "title": {"changed": old_title != new_title, "before": old_title, "after": new_title},
        "settings": settings_difference(_settings(old), _settings(new)),
        "text": text_difference(_body(old.olx), _body(new.olx)),
        "olx": text_difference(old.olx or "", new.olx or ""),
        "children": {
            **children_difference([key for key, _title in old.children], [key for key, _title in new.children], {}),
            "renamed": _renamed(dict(old.children), dict(new.children)),
        },
        "files": _files(old.files, new.files),
    }


def settings_difference(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, str | None]]:
    """Return a row (``name``, ``before``, ``after``) for each setting that differs; null stands for "not set"."""
    return [
        {"name": name, "before": before.get(name), "after": after.get(name)}
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def text_difference(before: str, after: str, *, names: tuple[str, str] = ("before", "after")) -> dict[str, Any]:
    """
    Compare two texts by line and by word.

    Args:
        names: what the head of the unified difference calls the texts.

    Returns:
        ``changed``; ``lines`` of a unified difference; ``cut``, whether there are more differences than these lines
        show; and ``words``, the difference by word of each group of lines that replaces another: ``line``, the index in
        ``lines`` where the group begins, and ``parts`` (``kind``: equal, removed or added; ``text``). Groups that are
        too long to be compared by word are left out.
    """
    if before == after:
        return {"changed": False, "lines": [], "cut": False, "words": []}
    lines, is_all = _unified(before.splitlines(), after.splitlines(), names)
    shown = lines[: min(_MAX_LINES, _count_within(lines, _MAX_CHARACTERS))]
    return {"changed": True, "lines": shown, "cut": len(shown) < len(lines) or not is_all, "words": _words(shown)}


def children_difference(
    before: Sequence[str], after: Sequence[str], came_from: Mapping[str, tuple[str, int]]
) -> dict[str, Any]:
    """
    Compare the children of a container.

    Args:
        before, after: keys of the children in order; a child may stand in several places.
        came_from: child -> its earlier container and its place there; only children that come from another container.

    Returns: ``before`` and ``after``; ``added`` and ``removed`` (rows of ``usage_key`` and ``index``); and ``moves``
        (``usage_key``, ``from_parent``, ``from_index``, ``to_index``) of the children that change their place.
    """
    old, new = _places(before), _places(after)
    rank = {place: index for index, place in enumerate(place for place in old if place in new)}
    moves: list[tuple[str, str | None, int, int]] = []
    for index, place in enumerate(place for place in new if place in rank):
        if rank[place] != index:
            moves.append((place[0], None, old[place], new[place]))
    moves += [(key, *came_from[key], index) for (key, _nth), index in new.items() if key in came_from]
    return {
        "before": list(before),
        "after": list(after),
        "added": [{"usage_key": place[0], "index": index} for place, index in new.items() if place not in old],
        "removed": [{"usage_key": place[0], "index": index} for place, index in old.items() if place not in new],
        "moves": [
            {"usage_key": key, "from_parent": parent, "from_index": start, "to_index": end}
            for key, parent, start, end in moves
        ],
    }


def _places(keys: Sequence[str]) -> dict[tuple[str, int], int]:
    """Map each place (a key, and how often it stood before) to its index."""
    seen: Counter[str] = Counter()
    places = {}
    for index, key in enumerate(keys):
        places[key, seen[key]] = index
        seen[key] += 1
    return places


def _renamed(old: Mapping[str, str], new: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"usage_key": key, "before": old[key], "after": title}
        for key, title in new.items()
        if key in old and old[key] != title
    ]


def _files(old: Mapping[str, FileState], new: Mapping[str, FileState]) -> dict[str, list[dict[str, Any]]]:
    changed = [path for path in sorted(old.keys() & new.keys()) if old[path] != new[path]]
    return {
        "added": [{"path": path, **_file(new[path])} for path in sorted(new.keys() - old.keys())],
        "removed": [{"path": path, **_file(old[path])} for path in sorted(old.keys() - new.keys())],
        "changed": [{"path": path, "before": _file(old[path]), "after": _file(new[path])} for path in changed],
    }


def _file(file: FileState) -> dict[str, Any]:
    return {"digest": file.digest, "size": file.size}


def _settings(state: ComparedState) -> dict[str, str]:
    """Return all settings. OLX that other code has stored, and that cannot be read, has none."""
    try:
        in_olx = settings_in(state.olx) if state.olx else {}
    except OlxError:
        in_olx = {}
    return {**state.more_settings, **in_olx}


def _body(olx: str | None) -> str:
    """Return the body of a block; the whole text where it is no OLX that can be read."""
    try:
        return body_of(olx) if olx else ""
    except OlxError:
        return olx or ""


def _unified(old: Sequence[str], new: Sequence[str], names: tuple[str, str]) -> tuple[list[str], bool]:
    """Return the lines of a unified difference, and whether the texts are equal after the compared part."""
    first = next((n for n, (mine, other) in enumerate(zip(old, new, strict=False)) if mine != other), len(old))
    start = max(0, min(first, len(new)) - _CONTEXT_LINES)
    end = first + _COMPARED_LINES
    lines = unified_diff(old[start:end], new[start:end], *names, n=_CONTEXT_LINES, lineterm="")
    return list(_moved(lines, start)), old[end:] == new[end:]


def _moved(lines: Iterator[str], by: int) -> Iterator[str]:
    """Yield the lines of a unified difference with all line numbers raised by a number."""
    for line in lines:
        yield _PLACE.sub(lambda place: str(int(place[0]) + by), line) if line.startswith("@@") else line


def _count_within(lines: Sequence[str], characters: int) -> int:
    """Return how many of the first lines have no more characters than this together."""
    return sum(1 for _total in takewhile(lambda total: total <= characters, accumulate(map(len, lines))))


def _words(lines: Sequence[str]) -> list[dict[str, Any]]:
    """Compare the groups of removed lines with the added lines that follow them."""
    groups = []
    left = _MAX_WORDS
    for start, middle, end in _replacements(lines):
        old, new = (
            [word for line in part for word in _WORD.findall(f"{line[1:]}\n")]
            for part in (lines[start:middle], lines[middle:end])
        )
        count = max(len(old), len(new))
        left -= count
        if left < 0:
            break
        if count <= _COMPARED_WORDS:
            groups.append({"line": start, "parts": list(_parts(old, new))})
    return groups


def _replacements(lines: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield (start, middle, end) of each group of removed lines that added lines follow at once."""
    position = 2  # after the names
    while position < len(lines):
        middle = _end_of(lines, position, "-")
        end = _end_of(lines, middle, "+")
        if position < middle < end:
            yield position, middle, end
        position = max(end, position + 1)


def _end_of(lines: Sequence[str], start: int, mark: str) -> int:
    return start + sum(1 for _line in takewhile(lambda line: line.startswith(mark), lines[start:]))


def _parts(old: Sequence[str], new: Sequence[str]) -> Iterator[dict[str, str]]:
    for operation, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        if operation == "equal":
            yield {"kind": "equal", "text": "".join(old[start:end])}
            continue
        if start < end:
            yield {"kind": "removed", "text": "".join(old[start:end])}
        if new_start < new_end:
            yield {"kind": "added", "text": "".join(new[new_start:new_end])}
