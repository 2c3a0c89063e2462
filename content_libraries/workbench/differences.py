"""Prepares differences of two states for ``components/difference.html`` and ``changes/difference.html``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

HEADER_LINES: Final = 2
MOST_LINES: Final = 200
MOST_CHARACTERS: Final = 16_000
"""How much of a text is shown. Pages stay small, whatever authors write."""


@dataclass(frozen=True, slots=True)
class ShownText:
    """Lines of a unified difference without its header; ``is_cut`` if there are more."""

    heading: str
    lines: Sequence[str]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting before and after; blank if it is not set."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """
    The difference of two states of an item.

    Args:
        settings: the title and the settings that differ.
        texts: the differences of the text and of the OLX.
        notes: a sentence for each child and file that differs.
    """

    settings: Sequence[SettingChange]
    texts: Sequence[ShownText]
    notes: Sequence[str]

    @property
    def is_empty(self) -> bool:
        return not (self.settings or self.texts or self.notes)


def shown_difference(
    difference: Mapping[str, Any], *, most_lines: int = MOST_LINES, most_characters: int = MOST_CHARACTERS
) -> ShownDifference:
    """Prepare a difference as ``olx.differences.state_difference`` makes it; parts may be missing."""
    texts = [
        shown_text(heading, difference[name], most_lines=most_lines, most_characters=most_characters)
        for name, heading in (("text", _("Text")), ("olx", _("OLX")))
        if name in difference and difference[name]["changed"]
    ]
    notes = [*_children(difference.get("children", {})), *_files(difference.get("files", {}))]
    return ShownDifference(list(_settings(difference)), texts, notes[:most_lines])


def shown_text(heading: str, text: Mapping[str, Any], *, most_lines: int, most_characters: int) -> ShownText:
    """Cut the lines of a difference to what a page shows."""
    shown: list[str] = []
    left = most_characters
    lines = text["lines"][HEADER_LINES:]
    for line in lines[:most_lines]:
        if left <= 0:
            break
        shown.append(line if len(line) <= left else f"{line[:left]}…")
        left -= len(line)
    is_cut = text["cut"] or left < 0 or len(shown) < len(lines)
    return ShownText(heading, shown, is_cut)


def _settings(difference: Mapping[str, Any]) -> Iterator[SettingChange]:
    title = difference.get("title")
    if title and title["changed"]:
        yield SettingChange(_("Title"), title["before"] or "", title["after"] or "")
    for row in difference["settings"]:
        yield SettingChange(row["name"], _short(row["before"]), _short(row["after"]))


def _short(value: str | None, most: int = 1_000) -> str:
    text = value or ""
    return text if len(text) <= most else f"{text[:most]}…"


def _children(children: Mapping[str, Any]) -> Iterator[str]:
    for row in children.get("added", ()):
        yield _("Added: %(key)s") % {"key": row["usage_key"]}
    for row in children.get("removed", ()):
        yield _("Removed: %(key)s") % {"key": row["usage_key"]}
    for row in children.get("moves", ()):
        places = {"key": row["usage_key"], "start": row["from_index"] + 1, "end": row["to_index"] + 1}
        yield _("Moved: %(key)s, from place %(start)s to place %(end)s") % places
    for row in children.get("renamed", ()):
        names = {"key": row["usage_key"], "old": row["before"], "new": row["after"]}
        yield _("Renamed: %(key)s, from “%(old)s” to “%(new)s”") % names


def _files(files: Mapping[str, Any]) -> Iterator[str]:
    for name, text in (
        ("added", _("Added file: %s")),
        ("removed", _("Removed file: %s")),
        ("changed", _("Changed file: %s")),
    ):
        for row in files.get(name, ()):
            yield text % row["path"]
