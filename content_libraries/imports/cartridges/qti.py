"""Converts questions in QTI 1.2 to problems, as Common Cartridges, Canvas and plain QTI write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from django.utils.translation import gettext_noop
from lxml import etree

from ...site_language import gettext as _
from ..questions import problems, xml
from ..questions.data import Choice, NoCounterpartError, Question
from .qti_parts import QtiItem

type Rewrite = Callable[[str], str]
"""A function that rewrites the links of an HTML text."""
type _Make = Callable[[QtiItem], str]

_TYPE_FIELDS: Final = ("cc_profile", "question_type", "qmd_itemtype", "qmd_questiontype")
_OTHER_TYPE: Final = gettext_noop("Questions of the type “%(type)s” become texts: no problem asks or grades the same.")
_ESSAY: Final = gettext_noop("Essays become texts: a problem cannot grade them, and responses need a rubric.")
_PARTS_OF_POINTS: Final = gettext_noop("Answers that give only a part of the points give all of them in the problem.")
_UPLOAD: Final = gettext_noop("Tasks with files to upload become texts: a problem takes no files.")


def questions(root: etree._Element, rewrite: Rewrite) -> Iterator[Question]:
    """Read the questions of a quiz or a question bank, in order."""
    for number, element in enumerate(xml.outermost(root, "item"), start=1):
        yield _question(QtiItem(element, rewrite), number)


def _question(item: QtiItem, number: int) -> Question:
    identifier = xml.attribute(item.element, "ident") or str(number)
    title = xml.attribute(item.element, "title") or _("Question %(number)s") % {"number": number}
    kind = _kind(item)
    problem = ""
    try:
        problem, reason = _problem(kind, item), _note_on(kind, item)
    except NoCounterpartError as error:
        reason = error.reason
    text = "" if problem else item.whole_text()
    if kind == "text":
        reason = "" if text else _("It has no text.")
    return Question(identifier, title, problem=problem, text=text, reason=reason)


def _problem(kind: str, item: QtiItem) -> str:
    if kind == "essay":
        raise NoCounterpartError(_(_ESSAY))
    if kind == "upload":
        raise NoCounterpartError(_(_UPLOAD))
    make = _MAKERS.get(kind)
    if make is None:
        raise NoCounterpartError(_(_OTHER_TYPE) % {"type": kind or _("unknown")})
    return problems.explained(make(item), item.feedback.get("general_fb", ""))


def _note_on(kind: str, item: QtiItem) -> str:
    """Return a note about partial points, and about points taken away, if the problem grades without them."""
    notes: list[str] = []
    if kind == "many" and item.adds_points():
        notes.append(problems.note_on_parts())
    if kind in _TYPED and item.has_parts():
        notes.append(_(_PARTS_OF_POINTS))
    if item.takes_points():
        notes.append(problems.note_on_losses())
    return " ".join(notes)


def _kind(item: QtiItem) -> str:
    """Return the type of a question: a value of ``_KINDS``, or the source's name for another type; "" if unknown."""
    fields = item.metadata()
    for name in _TYPE_FIELDS:
        if value := fields.get(name, ""):
            return _KINDS.get(value.partition(".v0")[0].strip().lower(), value)
    return _kind_by_shape(item)


def _kind_by_shape(item: QtiItem) -> str:
    lists, fields = item.responses("response_lid"), item.responses("response_str", "response_num")
    if len(lists) == 1 and not fields:
        return "many" if xml.attribute(lists[0], "rcardinality").lower() == "multiple" else "one"
    if len(fields) == 1 and not lists:
        render = next(xml.outermost(fields[0], "render_fib"), None)
        is_number = xml.attribute(render, "fibtype").lower() in {"decimal", "integer"}
        if is_number or xml.name(fields[0]) == "response_num":
            return "number"
        return "words" if item.rights() else "essay"
    return "" if lists or fields else "text"


def _choices(item: QtiItem) -> list[Choice]:
    shares = item.shares()
    return [Choice(text, shares.get(identifier, 0), item.feedback_on(identifier)) for identifier, text in item.labels()]


def _one_choice(item: QtiItem) -> str:
    renders = xml.outermost(item.element, "render_choice")
    is_shuffled = any(xml.attribute(render, "shuffle").lower() == "yes" for render in renders)
    return problems.one_choice(item.prompt, _choices(item), is_shuffled=is_shuffled)


def _many_choices(item: QtiItem) -> str:
    return problems.many_choices(item.prompt, _choices(item))


def _short_answer(item: QtiItem) -> str:
    return problems.short_answer(item.prompt, item.rights(), is_case_sensitive=item.is_case_sensitive())


def _pattern(item: QtiItem) -> str:
    return problems.short_answer(
        item.prompt, item.patterns(), is_case_sensitive=item.is_case_sensitive(), are_patterns=True
    )


def _number(item: QtiItem) -> str:
    return problems.number(item.prompt, item.ranges())


def _gaps(item: QtiItem) -> str:
    return problems.gaps(item.prompt, item.gaps())


def _selections(item: QtiItem) -> str:
    return problems.selections(item.prompt, item.selections())


def _text(_item: QtiItem) -> str:
    raise NoCounterpartError("")


_KINDS: Final[Mapping[str, str]] = {
    "cc.multiple_choice": "one",
    "cc.true_false": "one",
    "cc.multiple_response": "many",
    "cc.fib": "words",
    "cc.pattern_match": "pattern",
    "cc.essay": "essay",
    "multiple_choice_question": "one",
    "true_false_question": "one",
    "multiple_answers_question": "many",
    "short_answer_question": "words",
    "fill_in_multiple_blanks_question": "gaps",
    "multiple_dropdowns_question": "selections",
    "matching_question": "selections",
    "numerical_question": "number",
    "essay_question": "essay",
    "file_upload_question": "upload",
    "text_only_question": "text",
    "multiple choice": "one",
    "true/false": "one",
    "either/or": "one",
    "multiple answer": "many",
    "multiple response": "many",
    "fill in the blank": "words",
    "short response": "essay",
    "essay": "essay",
    "numeric": "number",
}
"""Names of types in Common Cartridges, Canvas and Blackboard -> the type here."""

_TYPED: Final = frozenset({"words", "pattern", "number"})
_MAKERS: Final[Mapping[str, _Make]] = {
    "one": _one_choice,
    "many": _many_choices,
    "words": _short_answer,
    "pattern": _pattern,
    "number": _number,
    "gaps": _gaps,
    "selections": _selections,
    "text": _text,
}
