"""Converts questions of a cartridge's quizzes (QTI 1.2, Common Cartridge profile) to problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from lxml import etree

from ...site_language import gettext as _
from . import xml
from .texts import as_xml

type Rewrite = Callable[[str], str]
"""A function that rewrites the references of an HTML text to ``/static/``."""


@dataclass(frozen=True, slots=True)
class Question:
    """
    A question.

    Args:
        identifier: unique in its quiz.
        title: its title.
        problem: the content of the ``<problem>`` element; "" if it becomes no problem.
        text: HTML of an essay question, which is imported as text; "" for others.
        reason: why it cannot be imported; "" if it can.
    """

    identifier: str
    title: str
    problem: str = ""
    text: str = ""
    reason: str = ""


def questions(root: etree._Element, rewrite: Rewrite) -> Iterator[Question]:
    """Read the questions of a quiz or a question bank, in order."""
    for number, item in enumerate(xml.descendants(root, "item"), start=1):
        identifier = str(item.get("ident") or number)
        title = str(item.get("title") or _("Question %(number)s") % {"number": number})
        profile = _profile(item)
        make = _MAKERS.get(profile)
        prompt = rewrite(_material(xml.first(item, "presentation")))
        if profile == "cc.essay":
            yield Question(identifier, title, text=prompt)
        elif make is None:
            yield Question(
                identifier,
                title,
                reason=_("Questions of the type “%(type)s” are not imported.") % {"type": profile or _("unknown")},
            )
        elif problem := make(item, prompt, rewrite):
            yield Question(identifier, title, problem=problem)
        else:
            yield Question(identifier, title, reason=_("The question has no answer that counts as right."))


def _profile(item: etree._Element) -> str:
    for field in xml.descendants(item, "qtimetadatafield"):
        if xml.text(xml.first(field, "fieldlabel")) == "cc_profile":
            return xml.text(xml.first(field, "fieldentry")).partition(".v")[0]
    return ""


def _material(parent: etree._Element | None) -> str:
    """Return the text in the material of an element as HTML, without the material of deeper elements."""
    if parent is None:
        return ""
    parts = []
    for material in [*xml.children(parent, "material"), *_flowing(parent)]:
        for text in xml.children(material, "mattext"):
            content = xml.text(text)
            is_html = text.get("texttype", "text/plain") == "text/html"
            parts.append(content if is_html else escape(content, quote=False))
    return " ".join(parts)


def _flowing(parent: etree._Element) -> Iterator[etree._Element]:
    for flow in (child for child in parent if xml.name(child).startswith("flow")):
        yield from xml.children(flow, "material")


def _right_answers(item: etree._Element) -> list[str]:
    """Return the answers that give points, without negated conditions."""
    answers = []
    for condition in xml.descendants(item, "respcondition"):
        points = [_points(xml.text(setvar)) for setvar in xml.children(condition, "setvar")]
        if not any(point > 0 for point in points):
            continue
        for equal in xml.descendants(condition, "varequal"):
            if not any(xml.name(parent) == "not" for parent in equal.iterancestors()):
                answers.append(xml.text(equal))
    return list(dict.fromkeys(answers))


def _points(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0


def _choices(item: etree._Element, prompt: str, rewrite: Rewrite, response: str, group: str) -> str:
    right = _right_answers(item)
    labels = [
        (str(label.get("ident") or ""), as_xml(rewrite(_material(label))))
        for label in xml.descendants(item, "response_label")
    ]
    if not {identifier for identifier, _text in labels} & set(right):
        return ""
    choices = "".join(
        f'<choice correct="{str(identifier in right).lower()}">{text}</choice>' for identifier, text in labels
    )
    return f"<{response}><div>{as_xml(prompt)}</div><{group}>{choices}</{group}></{response}>"


def _one_choice(item: etree._Element, prompt: str, rewrite: Rewrite) -> str:
    return _choices(item, prompt, rewrite, "multiplechoiceresponse", "choicegroup")


def _many_choices(item: etree._Element, prompt: str, rewrite: Rewrite) -> str:
    return _choices(item, prompt, rewrite, "choiceresponse", "checkboxgroup")


def _short_answer(item: etree._Element, prompt: str, rewrite: Rewrite) -> str:
    answers = _right_answers(item)
    if not answers:
        return ""
    more = "".join(f'<additional_answer answer="{escape(answer)}"/>' for answer in answers[1:])
    return (
        f'<stringresponse answer="{escape(answers[0])}" type="ci"><div>{as_xml(prompt)}</div>{more}'
        '<textline size="20"/></stringresponse>'
    )


_MAKERS: Final[Mapping[str, Callable[[etree._Element, str, Rewrite], str]]] = {
    "cc.multiple_choice": _one_choice,
    "cc.true_false": _one_choice,
    "cc.multiple_response": _many_choices,
    "cc.fib": _short_answer,
}
