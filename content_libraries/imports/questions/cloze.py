"""Reads the questions in the gaps of a text, as Moodle's cloze questions have them: ``{1:SHORTANSWER:=Berlin}``."""

from __future__ import annotations

import re
from typing import Final

from .html import plain_text
from .moodle_items import Answer, MoodleItem, share_of
from .problems import marker

_HEAD: Final = r"\{\d{0,5}:([A-Z_]{1,40}):"
# A character that could begin another gap ends this one, so that each character of a text is read once.
_GAP: Final = re.compile(_HEAD + r"((?:[^{}\\]|\\(?!\{\d{0,5}:[A-Z_]{1,40}:).){1,10000}+)\}", re.DOTALL)
_SEPARATOR: Final = re.compile(r"(?<!\\)~")
_FEEDBACK: Final = re.compile(r"(?<!\\)#")
_SHARE: Final = re.compile(r"%(-?[\d.]{1,20})%")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_KINDS: Final = {
    **dict.fromkeys(("SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"), "shortanswer"),
    **dict.fromkeys(("NUMERICAL", "NM"), "numerical"),
    **dict.fromkeys(("MULTICHOICE", "MC", "MULTICHOICE_S", "MCS"), "multichoice"),
    **dict.fromkeys(("MULTICHOICE_V", "MCV", "MULTICHOICE_VS", "MCVS"), "multichoice"),
    **dict.fromkeys(("MULTICHOICE_H", "MCH", "MULTICHOICE_HS", "MCHS"), "multichoice"),
}
_CASE_SENSITIVE: Final = frozenset({"SHORTANSWER_C", "SAC", "MWC"})


def gaps_in(text: str) -> tuple[str, tuple[MoodleItem, ...]]:
    """Return the text with marks for its gaps, and the questions in them."""
    parts: list[MoodleItem] = []

    def marked(found: re.Match[str]) -> str:
        parts.append(_part(found[1], found[2], len(parts) + 1))
        return marker(len(parts))

    return _GAP.sub(marked, text), tuple(parts)


def _part(name: str, inside: str, place: int) -> MoodleItem:
    kind = _KINDS.get(name, name)
    return MoodleItem(
        identifier=str(place),
        title="",
        kind=kind,
        answers=tuple(_answer(each, kind) for each in _SEPARATOR.split(inside) if each.strip()),
        is_case_sensitive=name in _CASE_SENSITIVE,
    )


def _answer(text: str, kind: str) -> Answer:
    content, *feedback = _FEEDBACK.split(text.strip(), maxsplit=1)
    share = 0.0
    if content.startswith("="):
        content, share = content[1:], 1.0
    elif found := _SHARE.match(content):
        content, share = content[found.end() :], share_of(found[1], 100)
    content = _ESCAPED.sub(r"\1", content).strip()
    tolerance = ""
    if kind == "numerical":
        content, _colon, tolerance = content.partition(":")
    if kind == "shortanswer":
        content = plain_text(content)
    return Answer(content, share, _ESCAPED.sub(r"\1", feedback[0]) if feedback else "", tolerance)
