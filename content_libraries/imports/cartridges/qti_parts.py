"""Reads the parts of a question in QTI 1.2: its texts, its answers, and which of them are right."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Final

from lxml import etree

from ..questions import xml
from ..questions.data import Gap, Range, Selection
from ..questions.html import as_html, plain_text
from ..questions.problems import marker

_LOWER: Final = ("vargte", "vargt")
_UPPER: Final = ("varlte", "varlt")


@dataclass(slots=True)
class QtiItem:
    """
    A question.

    Args:
        element: its ``<item>``.
        rewrite: rewrites the links of an HTML text.
    """

    element: etree._Element
    rewrite: Callable[[str], str]
    prompt: str = field(init=False)
    feedback: dict[str, str] = field(init=False)
    """Identifier of a feedback -> HTML."""
    _conditions: list[_Condition] = field(init=False)
    _rights: dict[str, dict[str, None]] = field(default_factory=dict)
    """Identifier of a response -> the answers that give points."""
    _names_of_feedback: dict[str, list[str]] = field(default_factory=dict)
    """Identifier of an answer to choose -> identifiers of the feedback on it."""

    def __post_init__(self) -> None:
        self.prompt = self.rewrite(material(xml.first(self.element, "presentation")))
        self.feedback = {
            xml.attribute(found, "ident"): self.rewrite(_all_material(found))
            for found in xml.children(self.element, "itemfeedback")
        }
        self._conditions = [_Condition.of(found) for found in xml.outermost(self.element, "respcondition")]
        for condition in self._conditions:
            for respident, value in condition.equal if condition.points > 0 else ():
                self._rights.setdefault(respident, {})[value] = None
            if len(condition.equal) == 1:
                self._names_of_feedback.setdefault(condition.equal[0][1], []).extend(condition.feedback)

    def metadata(self) -> dict[str, str]:
        """Return the metadata of the question by their labels, in lower case."""
        fields = {
            xml.text(found, "fieldlabel").lower(): xml.text(found, "fieldentry")
            for found in xml.outermost(self.element, "qtimetadatafield")
        }
        for found in xml.outermost(self.element, "qmd_itemtype", "bbmd_questiontype"):
            fields.setdefault("qmd_itemtype", xml.text(found))
        return fields

    def responses(self, *tags: str) -> list[etree._Element]:
        """Return the elements that take answers."""
        return list(xml.outermost(self.element, *tags))

    def labels(self, response: etree._Element | None = None) -> list[tuple[str, str]]:
        """Return identifier and HTML of the answers to choose, for one response or for all."""
        within = self.element if response is None else response
        return [
            (xml.attribute(label, "ident"), self.rewrite(_all_material(label)))
            for label in xml.outermost(within, "response_label")
        ]

    def whole_text(self) -> str:
        """Return the question as HTML, with the answers to choose as lists."""
        parts = [self.prompt]
        for response in self.responses("response_lid"):
            heading = self.rewrite(material(response))
            answers = "".join(f"<li>{text}</li>" for _identifier, text in self.labels(response))
            parts.append(f"<p>{heading}</p><ul>{answers}</ul>" if heading else f"<ul>{answers}</ul>")
        return "".join(part for part in parts if part != "<ul></ul>")

    def rights(self, response: str = "") -> list[str]:
        """Return the identifiers of the answers that give points, for one response or for all."""
        if response:
            return list(self._rights.get(response, ()))
        return list(dict.fromkeys(value for values in self._rights.values() for value in values))

    def shares(self) -> dict[str, float]:
        """Return for each answer to choose the part of the points that it gives."""
        single = [each for each in self._conditions if len(each.equal) == 1 and each.points > 0]
        most = max((each.points for each in self._conditions), default=0)
        if len(single) < len([each for each in self._conditions if each.points > 0]):
            return dict.fromkeys(self.rights(), 1.0)
        shares: dict[str, float] = {}
        for each in single:
            value = each.equal[0][1]
            shares[value] = max(shares.get(value, 0), each.points / most)
        return shares

    def has_parts(self) -> bool:
        """Return whether some answers give fewer points than others."""
        return len({round(each.points, 4) for each in self._conditions if each.points > 0}) > 1

    def adds_points(self) -> bool:
        """Return whether several answers give points, each by itself."""
        giving = [each for each in self._conditions if each.points > 0]
        return len(giving) > 1 and all(len(each.equal) == 1 for each in giving)

    def takes_points(self) -> bool:
        """Return whether some answers take points away."""
        return any(each.points < 0 for each in self._conditions)

    def feedback_on(self, identifier: str) -> str:
        """Return the feedback on an answer to choose, as HTML; "" without one."""
        names = self._names_of_feedback.get(identifier, ())
        found = (self.feedback.get(name, "") for name in names if not name.startswith(("correct", "general")))
        return next((text for text in found if text), "")

    def is_case_sensitive(self) -> bool:
        """Return whether typed answers have to have the same capitals."""
        found = [xml.attribute(each, "case").lower() for each in xml.outermost(self.element, "varequal")]
        return bool(found) and all(case == "yes" for case in found)

    def patterns(self) -> list[str]:
        """Return regular expressions for the typed answers that give points."""
        found = []
        for condition in self._conditions:
            if condition.points > 0:
                found += [f"(?:{re.escape(value)})" for _response, value in condition.equal]
                found += [f"(?:.*{re.escape(value)}.*)" for value in condition.within]
        return found

    def ranges(self) -> list[Range]:
        """Return the numbers that are right."""
        found: list[Range] = []
        for condition in self._conditions:
            if condition.points <= 0:
                continue
            if condition.low and condition.high:
                found.append(_range(condition))
            else:
                found += [Range(number=value) for _response, value in condition.equal]
        return found

    def gaps(self) -> list[Gap]:
        """Return the gaps of a text. The text has the name of each gap in brackets."""
        found = []
        for response in self.responses("response_lid", "response_str"):
            ident = xml.attribute(response, "ident")
            texts = {identifier: plain_text(text) for identifier, text in self.labels(response)}
            answers = tuple(texts.get(value, value) for value in self.rights(ident)) or tuple(texts.values())
            found.append(Gap(self._label(response), answers))
        return found

    def selections(self) -> list[Selection]:
        """Return the lists to select from, for pairs to match or for gaps in a text."""
        found = []
        for response in self.responses("response_lid"):
            labels = dict(self.labels(response))
            right = next(
                (labels[value] for value in self.rights(xml.attribute(response, "ident")) if value in labels), ""
            )
            found.append(Selection(self._label(response), tuple(labels.values()), right))
        return found

    def _label(self, response: etree._Element) -> str:
        name = self.rewrite(material(response))
        if name:
            ident = xml.attribute(response, "ident").removeprefix("response_")
            return escape(f"[{ident}]") if plain_text(name) == ident else name
        return escape(xml.attribute(response, "ident").removeprefix("response_")) or marker(1)


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition on answers: the points that it gives, and the answers that fulfill it."""

    points: float
    equal: tuple[tuple[str, str], ...]
    within: tuple[str, ...]
    low: str
    high: str
    excludes: tuple[str, ...]
    feedback: tuple[str, ...]

    @classmethod
    def of(cls, element: etree._Element) -> _Condition:
        positive = [found for found in element.iter() if not _is_negated(found)]
        named: defaultdict[str, list[etree._Element]] = defaultdict(list)
        for found in positive:
            named[xml.name(found)].append(found)
        lower = [xml.text(found) for tag in _LOWER for found in named[tag]]
        upper = [xml.text(found) for tag in _UPPER for found in named[tag]]
        return cls(
            points=max((_points(found) for found in xml.children(element, "setvar")), default=0),
            equal=tuple((xml.attribute(found, "respident"), xml.text(found)) for found in named["varequal"]),
            within=tuple(xml.text(found) for found in named["varsubstring"]),
            low=lower[0] if lower else "",
            high=upper[0] if upper else "",
            excludes=tuple(end for end, tag in (("low", "vargt"), ("high", "varlt")) if named[tag]),
            feedback=tuple(xml.attribute(found, "linkrefid") for found in named["displayfeedback"]),
        )


def material(parent: etree._Element | None) -> str:
    """Return the text of an element as HTML, without the text of the answers in it."""
    return " ".join(_texts(parent)) if parent is not None else ""


def _texts(parent: etree._Element) -> Iterator[str]:
    for child in parent:
        tag = xml.name(child)
        if tag == "material":
            for part in child:
                yield from _text(part)
        elif tag.startswith("flow"):
            yield from _texts(child)


def _all_material(parent: etree._Element) -> str:
    return " ".join(text for found in xml.outermost(parent, "material") for part in found for text in _text(part))


def _text(part: etree._Element) -> Iterator[str]:
    tag = xml.name(part)
    if tag in {"mattext", "matemtext"}:
        is_html = xml.attribute(part, "texttype").lower() in {"text/html", "text/xhtml"}
        if len(part):
            yield "".join(etree.tostring(child, encoding="unicode") for child in part)
        elif content := xml.text(part):
            yield content if is_html else as_html(content)
    elif tag == "matimage" and (uri := xml.attribute(part, "uri")):
        yield f'<img src="{escape(uri)}" alt="{escape(xml.attribute(part, "label"))}"/>'


def _is_negated(element: etree._Element) -> bool:
    return any(xml.name(parent) == "not" for parent in element.iterancestors())


def _range(condition: _Condition) -> Range:
    """Return a range of numbers: a number and a tolerance if the condition has a number, else low and high."""
    numbers = [value for _response, value in condition.equal]
    try:
        low, high = float(condition.low), float(condition.high)
        if numbers and not condition.excludes:
            middle = float(numbers[0])
            if abs((high - middle) - (middle - low)) <= 1e-9 * max(abs(high), abs(low), 1):
                return Range(number=numbers[0], tolerance=f"{(high - low) / 2:.12g}")
    except ValueError:
        pass
    return Range(low=condition.low, high=condition.high, excludes=condition.excludes)


def _points(setvar: etree._Element) -> float:
    """Return the points that a condition gives; below 0 if it takes them away."""
    try:
        points = float(xml.text(setvar))
    except ValueError:
        return 0
    return -points if xml.attribute(setvar, "action").lower() == "subtract" else points
