"""Converts questions of Moodle to problems, for all formats that hold questions of Moodle."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from django.utils.translation import gettext_noop

from ...site_language import gettext as _
from . import problems
from .data import Choice, Gap, NoCounterpartError, Question, Range, Selection
from .html import plain_text

_OTHER_TYPE: Final = gettext_noop("Questions of the type “%(type)s” become texts: no problem asks or grades the same.")
_ESSAY: Final = gettext_noop("Essays become texts: a problem cannot grade them, and responses need a rubric.")
_PARTS_OF_POINTS: Final = gettext_noop("Answers that give only a part of the points give none in the problem.")
_GAP: Final = re.compile(r"\[\[(\d{1,4})\]\]")
_WHOLE: Final = 0.9999


@dataclass(frozen=True, slots=True)
class Answer:
    """
    An answer.

    Args:
        text: HTML, or what learners have to type.
        share: the part of the points that it gives; below 0 if it takes points away.
        feedback: HTML.
        tolerance: tolerance of a number; "" for none.
    """

    text: str
    share: float = 0
    feedback: str = ""
    tolerance: str = ""


@dataclass(frozen=True, slots=True)
class MoodleItem:
    """
    A question of Moodle.

    Args:
        identifier: identifies it in its source.
        kind: its type, as Moodle's XML calls it.
        prompt: HTML.
        feedback: HTML that all learners see afterwards.
        pairs: for matching questions, each HTML and the text that matches it.
        is_single: whether learners choose one answer only.
        options: text and group of each word that can be put into a gap.
        parts: the questions in the gaps of a text, whose places have marks (``problems.marker``).
    """

    identifier: str
    title: str
    kind: str
    prompt: str = ""
    feedback: str = ""
    answers: tuple[Answer, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    is_single: bool = True
    is_shuffled: bool = False
    is_case_sensitive: bool = False
    options: tuple[tuple[str, str], ...] = ()
    parts: tuple[MoodleItem, ...] = ()


def question_of(item: MoodleItem) -> Question:
    """Convert a question to a problem, or to a text with the reason why it is no problem."""
    problem, reason = "", ""
    try:
        problem = _problem(item)
        reason = _note_on(item)
    except NoCounterpartError as error:
        reason = error.reason
    text = "" if problem else _whole_text(item)
    if not problem and not text:
        reason = reason or _("It has no text.")
    return Question(item.identifier, item.title, problem=problem, text=text, reason=reason)


def _problem(item: MoodleItem) -> str:
    make = _MAKERS.get(item.kind)
    if item.kind == "description":
        raise NoCounterpartError("")
    if item.kind == "essay":
        raise NoCounterpartError(_(_ESSAY))
    if make is None:
        raise NoCounterpartError(_(_OTHER_TYPE) % {"type": item.kind or _("unknown")})
    return problems.explained(make(item), item.feedback)


def _note_on(item: MoodleItem) -> str:
    """Return a note about points for parts, and about points taken away, if the problem grades without them."""
    shares = [answer.share for each in item.parts or (item,) for answer in each.answers]
    notes: list[str] = []
    if any(0 < share < _WHOLE for share in shares):
        notes.append(_note_on_parts(item))
    if any(share < 0 for share in shares):
        notes.append(problems.note_on_losses())
    return " ".join(filter(None, notes))


def _note_on_parts(item: MoodleItem) -> str:
    if item.kind == "multichoice":
        return "" if item.is_single else problems.note_on_parts()
    return _(_PARTS_OF_POINTS)


def _whole_text(item: MoodleItem) -> str:
    """Return the question as HTML, with the answers to choose as a list."""
    shown = [answer.text for answer in item.answers] if item.kind == "multichoice" else []
    shown += [f"{asked} – {escape(text)}" for asked, text in item.pairs]
    answers = "".join(f"<li>{text}</li>" for text in shown)
    return f"{item.prompt}<ul>{answers}</ul>" if answers else item.prompt


def _choices(item: MoodleItem) -> list[Choice]:
    return [Choice(answer.text, answer.share, answer.feedback) for answer in item.answers]


def _multichoice(item: MoodleItem) -> str:
    if item.is_single:
        return problems.one_choice(item.prompt, _choices(item), is_shuffled=item.is_shuffled)
    return problems.many_choices(item.prompt, _choices(item))


def _truefalse(item: MoodleItem) -> str:
    named = {"true": _("True"), "false": _("False")}
    choices = [
        Choice(named.get(plain_text(answer.text).lower(), answer.text), answer.share, answer.feedback)
        for answer in item.answers
    ]
    return problems.one_choice(item.prompt, choices)


def _shortanswer(item: MoodleItem) -> str:
    """Make a problem with a word to type. A star in an answer matches any text."""
    right = [answer.text for answer in item.answers if answer.share >= _WHOLE]
    are_patterns = any("*" in text.replace("\\*", "") for text in right)
    return problems.short_answer(
        item.prompt,
        [_pattern(text) if are_patterns else text.replace("\\*", "*") for text in right],
        is_case_sensitive=item.is_case_sensitive,
        are_patterns=are_patterns,
    )


def _pattern(text: str) -> str:
    parts = [re.escape(part.replace("\\*", "*")) for part in re.split(r"(?<!\\)\*+", text)]
    return f"(?:{'.*'.join(parts)})"


def _ranges(item: MoodleItem) -> list[Range]:
    return [Range(number=a.text, tolerance=a.tolerance) for a in item.answers if a.share >= _WHOLE]


def _numerical(item: MoodleItem) -> str:
    return problems.number(item.prompt, _ranges(item))


def _matching(item: MoodleItem) -> str:
    options = tuple(dict.fromkeys(escape(text) for _asked, text in item.pairs))
    asked = [Selection(label, options, escape(text)) for label, text in item.pairs if plain_text(label)]
    return problems.selections(item.prompt, asked)


def _words_in_gaps(item: MoodleItem) -> str:
    """Make a problem of a text with numbered gaps, and words for them."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for text, group in item.options:
        groups[group].append(text)
    options = {group: tuple(texts) for group, texts in groups.items()}
    lists: list[Selection] = []
    for number in [int(found) for found in _GAP.findall(item.prompt)]:
        if not 0 < number <= len(item.options):
            raise NoCounterpartError(problems.no_right_answer())
        right, group = item.options[number - 1]
        lists.append(Selection(problems.marker(len(lists) + 1), options[group], right))
    places = iter(range(1, len(lists) + 1))
    prompt = _GAP.sub(lambda _found: problems.marker(next(places)), item.prompt)
    return problems.selections(prompt, lists)


def _cloze(item: MoodleItem) -> str:
    """Make a problem of a text with questions in its gaps."""
    return problems.fields(item.prompt, [_part(part, place) for place, part in enumerate(item.parts, start=1)])


def _part(part: MoodleItem, place: int) -> str:
    label = problems.marker(place)
    if part.kind == "numerical":
        return problems.number("", _ranges(part), label=label)
    if part.kind == "multichoice" and part.is_single:
        right = next((answer.text for answer in part.answers if answer.share >= _WHOLE), "")
        return problems.selections("", [Selection(label, tuple(answer.text for answer in part.answers), right)])
    if part.kind == "shortanswer":
        right_words = tuple(answer.text for answer in part.answers if answer.share >= _WHOLE)
        if any("*" in word for word in right_words):
            raise NoCounterpartError(_(_OTHER_TYPE) % {"type": "cloze"})
        return problems.gaps("", [Gap(label, right_words)], is_case_sensitive=part.is_case_sensitive)
    raise NoCounterpartError(_(_OTHER_TYPE) % {"type": f"cloze, {part.kind}"})


def share_of(text: str, whole: float) -> float:
    """
    Return the part of the points that an answer gives, from -1 to 1: below 0 if it takes points away.

    ``whole`` is the number for all points.
    """
    try:
        share = float(text) / whole
    except ValueError:
        return 0
    return 0 if math.isnan(share) else max(-1, min(share, 1))


_MAKERS: Final[Mapping[str, Callable[[MoodleItem], str]]] = {
    "cloze": _cloze,
    "ddwtos": _words_in_gaps,
    "gapselect": _words_in_gaps,
    "match": _matching,
    "matching": _matching,
    "multianswer": _cloze,
    "multichoice": _multichoice,
    "numerical": _numerical,
    "shortanswer": _shortanswer,
    "truefalse": _truefalse,
}
