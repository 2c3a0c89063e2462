"""Converts items of QTI 2.x to problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from django.utils.translation import gettext_noop
from lxml import etree

from ...site_language import gettext as _
from ..questions import problems, xml
from ..questions.data import Choice, Gap, NoCounterpartError, Question, Range, Selection
from ..questions.html import plain_text

type Rewrite = Callable[[str], str]

_INTERACTIONS: Final = "Interaction"
_OTHER_TYPE: Final = gettext_noop("Questions of the type “%(type)s” become texts: no problem asks or grades the same.")
_ESSAY: Final = gettext_noop("Essays become texts: a problem cannot grade them, and responses need a rubric.")
_PARTS_OF_POINTS: Final = gettext_noop("Responses that give only a part of the points give none in the problem.")
_NO_PARTS: Final = frozenset({"choiceInteraction", "textEntryInteraction", "extendedTextInteraction"})
_SEVERAL: Final = gettext_noop("It has several questions of different types.")
_NUMBERS: Final = frozenset({"float", "integer"})
_CHOICES: Final = frozenset({"simpleChoice", "simpleAssociableChoice"})
_NO_PROMPT: Final = frozenset({"prompt", "feedbackInline", "feedbackBlock", "rubricBlock", "templateBlock"})


@dataclass(frozen=True, slots=True)
class _Declaration:
    """
    The right response of an interaction.

    Args:
        right: the right values. Among alternatives, the values that give most points come first.
        shares: value -> the part of the points that it gives.
        has_parts: whether the item gives points for a part of the response, or for a response that is not wholly right.
        takes_points: whether a response takes points away.
    """

    right: tuple[str, ...]
    shares: Mapping[str, float]
    base_type: str
    has_parts: bool = False
    takes_points: bool = False


def question_of(root: etree._Element, rewrite: Rewrite, *, fallback: str) -> Question:
    """
    Convert an ``<assessmentItem>``.

    Args:
        rewrite: rewrites the links of an HTML text.
        fallback: the identifier to use if the item has none.
    """
    identifier = xml.attribute(root, "identifier") or fallback
    title = xml.attribute(root, "title") or identifier
    body = xml.first(root, "itemBody")
    interactions = [each for each in root.iter() if xml.name(each).endswith(_INTERACTIONS)] if body is not None else []
    problem, reason = "", ""
    try:
        problem = _problem(root, body, interactions, rewrite)
        reason = _note_on(root, interactions)
    except NoCounterpartError as error:
        reason = error.reason
    text = "" if problem else rewrite(_markup(body, lists=True))
    if not problem and not text:
        reason = reason or _("It has no text.")
    return Question(identifier, title, problem=problem, text=text, reason=reason)


def _problem(
    root: etree._Element, body: etree._Element | None, interactions: list[etree._Element], rewrite: Rewrite
) -> str:
    if not interactions:
        raise NoCounterpartError("")
    kinds = {xml.name(each) for each in interactions}
    declared = {
        xml.attribute(each, "identifier"): _declaration(each) for each in xml.children(root, "responseDeclaration")
    }
    empty = _Declaration((), {}, "")
    responses = [(each, declared.get(xml.attribute(each, "responseIdentifier"), empty)) for each in interactions]
    prompt = rewrite(_markup(body))
    if kinds <= {"textEntryInteraction", "inlineChoiceInteraction"}:
        return _in_text(prompt, responses, rewrite)
    if len(interactions) > 1:
        raise NoCounterpartError(_(_SEVERAL))
    [(element, declaration)] = responses
    make = _MAKERS.get(xml.name(element))
    if make is None:
        raise NoCounterpartError(_(_OTHER_TYPE) % {"type": xml.name(element)})
    asked = rewrite(_inner(xml.first(element, "prompt")))
    return make(element, declaration, f"{prompt}{asked}", rewrite)


def _note_on(root: etree._Element, interactions: list[etree._Element]) -> str:
    """Return a note about partial points, and about points taken away, if the problem grades without them."""
    declared = {
        xml.attribute(each, "identifier"): _declaration(each) for each in xml.children(root, "responseDeclaration")
    }
    parted = {name for name, declaration in declared.items() if declaration.has_parts}
    is_lost = any(
        xml.attribute(each, "responseIdentifier") in parted
        for each in interactions
        if xml.name(each) in _NO_PARTS and not _is_single_choice(each)
    )
    takes = any(declaration.takes_points for declaration in declared.values())
    return " ".join([_(_PARTS_OF_POINTS)] * is_lost + [problems.note_on_losses()] * takes)


def _is_single_choice(element: etree._Element) -> bool:
    return xml.name(element) == "choiceInteraction" and xml.attribute(element, "maxChoices") in {"", "1"}


def _choice(element: etree._Element, declared: _Declaration, prompt: str, rewrite: Rewrite) -> str:
    choices = [
        Choice(
            rewrite(_inner(each)), declared.shares.get(xml.attribute(each, "identifier"), 0), _feedback(each, rewrite)
        )
        for each in xml.children(element, "simpleChoice")
    ]
    if _is_single_choice(element):
        return problems.one_choice(prompt, choices, is_shuffled=xml.attribute(element, "shuffle") == "true")
    return problems.many_choices(prompt, choices)


def _order(element: etree._Element, declared: _Declaration, prompt: str, rewrite: Rewrite) -> str:
    """Make a list to select from for each place. The order is right if the selections in all lists are right."""
    labels = {
        xml.attribute(each, "identifier"): rewrite(_inner(each)) for each in xml.children(element, "simpleChoice")
    }
    options = tuple(labels.values())
    lists = [
        Selection(problems.marker(place), options, labels.get(value, ""))
        for place, value in enumerate(declared.right, start=1)
    ]
    return problems.selections(prompt, lists)


def _match(element: etree._Element, declared: _Declaration, prompt: str, rewrite: Rewrite) -> str:
    sets = xml.children(element, "simpleMatchSet")
    if len(sets) != 2:
        raise NoCounterpartError(problems.no_right_answer())
    asked, matches = (
        {
            xml.attribute(each, "identifier"): rewrite(_inner(each))
            for each in xml.children(found, "simpleAssociableChoice")
        }
        for found in sets
    )
    right: dict[str, str] = {}
    for pair in declared.right:
        left, _space, value = pair.partition(" ")
        if left in right:
            raise NoCounterpartError(_(_OTHER_TYPE) % {"type": xml.name(element)})
        right[left] = value
    options = tuple(matches.values())
    lists = [Selection(label, options, matches.get(right[key], "")) for key, label in asked.items() if key in right]
    return problems.selections(prompt, lists)


def _extended(_element: etree._Element, declared: _Declaration, prompt: str, _rewrite: Rewrite) -> str:
    if declared.right:
        return problems.short_answer(prompt, declared.right)
    raise NoCounterpartError(_(_ESSAY))


def _in_text(prompt: str, responses: list[tuple[etree._Element, _Declaration]], rewrite: Rewrite) -> str:
    """Make a problem with gaps in a text. The prompt has a mark for each gap."""
    parts = []
    for place, (element, declared) in enumerate(responses, start=1):
        label = problems.marker(place)
        if xml.name(element) == "inlineChoiceInteraction":
            labels = {
                xml.attribute(each, "identifier"): rewrite(_inner(each))
                for each in xml.children(element, "inlineChoice")
            }
            right = next((labels[value] for value in declared.right if value in labels), "")
            parts.append(problems.selections("", [Selection(label, tuple(labels.values()), right)]))
        elif declared.base_type in _NUMBERS:
            ranges = [Range(number=value) for value in _whole(declared)]
            parts.append(problems.number("", ranges, label=label))
        else:
            parts.append(problems.gaps("", [Gap(label, _whole(declared))]))
    return problems.fields(prompt, parts)


def _whole(declared: _Declaration) -> tuple[str, ...]:
    """Return the values that give all points."""
    return tuple(dict.fromkeys((*declared.right, *(key for key, share in declared.shares.items() if share >= 0.9999))))


def _declaration(element: etree._Element) -> _Declaration:
    right = tuple(xml.text(each) for each in xml.children(xml.first(element, "correctResponse"), "value"))
    points = {
        xml.attribute(each, "mapKey"): _number(xml.attribute(each, "mappedValue"))
        for each in xml.children(xml.first(element, "mapping"), "mapEntry")
    }
    most = max(points.values(), default=0)
    shares = {key: max(value, 0) / most for key, value in points.items()} if most > 0 else {}
    if xml.attribute(element, "cardinality") != "single" or not shares:
        shares = dict.fromkeys(right, 1.0) if right else shares
    shares |= dict.fromkeys(right, 1.0)
    has_parts = any(0 < value < most for value in points.values()) or (
        xml.attribute(element, "cardinality") != "single" and sum(value > 0 for value in points.values()) > 1
    )
    return _Declaration(
        right, shares, xml.attribute(element, "baseType"), has_parts, any(value < 0 for value in points.values())
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0


def _feedback(choice: etree._Element, rewrite: Rewrite) -> str:
    return rewrite("".join(_inner(each) for each in xml.children(choice, "feedbackInline")))


def _inner(element: etree._Element | None) -> str:
    """Return the content of an element as HTML, without the feedback in it."""
    return _content(element, [0], lists=False) if element is not None else ""


def _markup(body: etree._Element | None, *, lists: bool = False) -> str:
    """
    Return the body of an item as HTML. Gaps in its text become marks; other interactions are left out.

    Args:
        lists: show the answers to choose, too.
    """
    text = _content(body, [0], lists=lists).strip() if body is not None else ""
    return text if plain_text(text) or "<" in text else ""


def _content(element: etree._Element, count: list[int], *, lists: bool) -> str:
    parts = [escape(element.text or "", quote=False)]
    for child in element:
        tag = xml.name(child)
        if tag in {"textEntryInteraction", "inlineChoiceInteraction"}:
            count[0] += 1
            parts.append(problems.marker(count[0]))
        elif tag.endswith(_INTERACTIONS):
            parts.append(_shown(child) if lists else "")
        elif tag not in _NO_PROMPT:
            inside = _content(child, count, lists=lists)
            attributes = "".join(
                f' {etree.QName(str(name)).localname}="{escape(str(value))}"' for name, value in child.attrib.items()
            )
            parts.append(
                f"<{tag}{attributes}>{inside}</{tag}>" if inside or tag not in _VOID else f"<{tag}{attributes}/>"
            )
        parts.append(escape(child.tail or "", quote=False))
    return "".join(parts)


def _shown(interaction: etree._Element) -> str:
    prompt = _inner(xml.first(interaction, "prompt"))
    # Only answers at the top: an answer inside of another one would be shown with it and again by itself.
    choices = [
        each
        for group in (interaction, *xml.children(interaction, "simpleMatchSet"))
        for each in group
        if xml.name(each) in _CHOICES
    ]
    answers = "".join(f"<li>{_inner(each)}</li>" for each in choices)
    return (f"<p>{prompt}</p>" if prompt else "") + (f"<ul>{answers}</ul>" if answers else "")


_VOID: Final = frozenset({"br", "col", "hr", "img", "param"})
_MAKERS: Final[Mapping[str, Callable[[etree._Element, _Declaration, str, Rewrite], str]]] = {
    "choiceInteraction": _choice,
    "extendedTextInteraction": _extended,
    "matchInteraction": _match,
    "orderInteraction": _order,
}
