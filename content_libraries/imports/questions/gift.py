"""Reads question files in Moodle's GIFT format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ...site_language import gettext as _
from .banks import Banks
from .html import as_html, plain_text
from .moodle_items import Answer, MoodleItem, question_of, share_of

_CATEGORY: Final = "$CATEGORY:"
_ID: Final = re.compile(r"\[id:([^\[\]]{1,200})\]")
_TITLE: Final = re.compile(r"\s*::(.*?)(?<!\\)::", re.DOTALL)
_FORMAT: Final = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_OPENING: Final = re.compile(r"(?<!\\)\{")
_CLOSING: Final = re.compile(r"(?<!\\)\}")
_ANSWER: Final = re.compile(r"(?<!\\)([=~])")
_FEEDBACK: Final = re.compile(r"(?<!\\)#")
_GENERAL: Final = re.compile(r"(?<!\\)####")
_SHARE: Final = re.compile(r"\s*%(-?[\d.]{1,20})%")
_PAIR: Final = re.compile(r"(?<!\\)->")
_RANGE: Final = re.compile(r"\s*(-?[\d.eE+-]{1,40})\s*\.\.\s*(-?[\d.eE+-]{1,40})\s*\Z")
_ESCAPED: Final = re.compile(r"\\([~=#{}:\\])")
_TRUTHS: Final = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_GAP: Final = "_____"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A question of a file: its text, its category, and the identifier that a comment gives it."""

    text: str
    category: str
    identifier: str


def read_gift(text: str, banks: Banks, *, path: str) -> None:
    """Add the questions of a file to the banks."""
    for entry in _entries(text):
        found = _TITLE.match(entry.text)
        body = entry.text[found.end() :] if found else entry.text
        title = _plain(found[1]) if found else ""
        item = _item(body, title, entry, banks)
        banks.add(entry.category, question_of(item), path=path)


def _entries(text: str) -> Iterator[_Entry]:
    """Yield the questions of a file, which blank lines separate."""
    category, identifier = "", ""
    lines: list[str] = []
    for line in (*text.splitlines(), ""):
        stripped = line.strip()
        if stripped.startswith("//"):
            if found := _ID.search(stripped):
                identifier = found[1]
        elif stripped.startswith(_CATEGORY) and not lines:
            category = stripped.removeprefix(_CATEGORY).strip()
        elif stripped:
            lines.append(line)
        elif lines:
            yield _Entry("\n".join(lines), category, identifier)
            lines, identifier = [], ""


def _item(body: str, title: str, entry: _Entry, banks: Banks) -> MoodleItem:
    style = _FORMAT.match(body)
    kind_of_text = style[1] if style else "moodle"
    body = body[style.end() :] if style else body
    opening = _OPENING.search(body)
    closing = _CLOSING.search(body, opening.end()) if opening else None
    before, inside, after = body, None, ""
    if opening and closing:
        before, inside, after = body[: opening.start()], body[opening.end() : closing.start()], body[closing.end() :]
    gap = _GAP if after.strip() else ""
    prompt = _html(f"{before.rstrip() if not gap else before}{gap}{after}".strip(), kind_of_text)
    title = title or plain_text(prompt)[:60] or _("Question %(number)s") % {"number": len(banks.blocks) + 1}
    identifier = entry.identifier or banks.identifier(entry.category, title)
    if inside is None:
        return MoodleItem(identifier, title, "description", prompt)
    inside, *general = _GENERAL.split(inside, maxsplit=1)
    feedback = _html(general[0].strip(), kind_of_text) if general else ""
    return _answered(MoodleItem(identifier, title, "", prompt, feedback), inside.strip(), kind_of_text)


def _answered(item: MoodleItem, inside: str, style: str) -> MoodleItem:
    """Return the question with its type and its answers."""

    def made(kind: str, answers: list[Answer], **more: object) -> MoodleItem:
        return MoodleItem(
            item.identifier,
            item.title,
            kind,
            item.prompt,
            item.feedback,
            tuple(answers),
            **more,  # type: ignore[arg-type]
        )

    if not inside:
        return made("essay", [])
    first, *feedback = [part.strip() for part in _FEEDBACK.split(inside)]
    if first.upper() in _TRUTHS:
        return made("truefalse", _truths(_TRUTHS[first.upper()], [_html(part, style) for part in feedback]))
    if inside.startswith("#"):
        return made("numerical", [_number(mark, text) for mark, text in _parts(inside[1:]) or [("=", inside[1:])]])
    parts = _parts(inside)
    if all(mark == "=" and _PAIR.search(text) for mark, text in parts) and parts:
        pairs = tuple(
            (_html(asked.strip(), style), _plain(answer))
            for asked, answer in (_PAIR.split(text, maxsplit=1) for _mark, text in parts)
        )
        return made("matching", [], pairs=pairs)
    if parts and all(mark == "=" for mark, _text in parts):
        return made("shortanswer", [_answer(mark, text, "") for mark, text in parts])
    is_single = any(mark == "=" for mark, _text in parts)
    return made("multichoice", [_answer(mark, text, style) for mark, text in parts], is_single=is_single)


def _parts(inside: str) -> list[tuple[str, str]]:
    """Return the mark and the text of each answer."""
    pieces = _ANSWER.split(inside)
    return [(mark, text) for mark, text in zip(pieces[1::2], pieces[2::2], strict=True)]


def _answer(mark: str, text: str, style: str) -> Answer:
    """Read an answer: as HTML in a style; without a style, as a text that learners type."""
    share, content, feedback = _shared(mark, text)
    return Answer(_html(content, style) if style else _plain(content), share, _html(feedback, style or "moodle"))


def _number(mark: str, text: str) -> Answer:
    share, content, feedback = _shared(mark, text)
    if found := _RANGE.match(content):
        try:
            low, high = float(found[1]), float(found[2])
            return Answer(f"{(low + high) / 2:.12g}", share, feedback, f"{(high - low) / 2:.12g}")
        except ValueError:
            pass
    value, _colon, tolerance = content.partition(":")
    return Answer(value.strip(), share, feedback, tolerance.strip())


def _shared(mark: str, text: str) -> tuple[float, str, str]:
    """Return the share, the content and the feedback of an answer."""
    content, *feedback = _FEEDBACK.split(text, maxsplit=1)
    share = 1.0 if mark == "=" else 0.0
    if found := _SHARE.match(content):
        content, share = content[found.end() :], share_of(found[1], 100)
    return share, content.strip(), feedback[0].strip() if feedback else ""


def _truths(is_true: bool, feedback: list[str]) -> list[Answer]:
    """Return the answers of a true-false question; the first feedback is on the wrong answer."""
    wrong, right = (*feedback, "", "")[:2]
    return [
        Answer("true", float(is_true), right if is_true else wrong),
        Answer("false", float(not is_true), wrong if is_true else right),
    ]


def _html(text: str, style: str) -> str:
    content = _unescaped(text)
    return as_html(content) if style in {"plain", "markdown"} else content


def _plain(text: str) -> str:
    return " ".join(_unescaped(text).split())


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text.replace("\\n", "\n"))
