"""
Reads problems in the Markdown of Studio's editor of problems.

The block keeps the Markdown beside its OLX, so authors go on in the same editor. Headings of the first level begin
problems; without one, the file is one problem. A line of three hyphens separates the questions of a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ...site_language import gettext as _
from . import problems
from .banks import Banks
from .data import Choice, NoCounterpartError, Question, Range, Selection
from .html import as_html, as_xml

# Quantifiers beside each other are possessive: otherwise a line of white space takes time with its square or cube.
_HEADING: Final = re.compile(r"#\s++(\S.*)\Z", re.DOTALL)
_LABEL: Final = re.compile(r">>((?:[^<>]|<(?!<)|>(?!>)){0,5000}+)<<")
_RADIO: Final = re.compile(r"\s*+\(\s*+([xX]?+)\s*+[!@]?+\s*+\)\s*+(\S.*)\Z")
_CHECK: Final = re.compile(r"\s*+\[\s*+([xX]?+)\s*+\]\s*+(\S.*)\Z")
_TYPED: Final = re.compile(r"\s*+(s?=|or=|not=)\s*+(\S.*)\Z")
_LIST: Final = re.compile(r"\[\[([^\[\]]{1,5000}+)\]\]")
_EXPLANATION: Final = re.compile(r"\[explanation\](.*?)\[/?explanation\]", re.DOTALL | re.IGNORECASE)
_DEMAND_HINT: Final = re.compile(r"^[ \t]*+\|\|([^|\n]{1,5000}+)\|\|[ \t]*+$", re.MULTILINE)
_HINT: Final = re.compile(r"\{\{(?:[^{}|:]{0,200}+::)?([^{}]{0,5000}+)\}\}")
_NUMBER: Final = re.compile(r"([-+]?[\d.](?:[\d.]|[eE][-+]?)*+)\s*+(?:\+-\s*+([\d.eE-]++%?+))?+\s*+\Z")
_INTERVAL: Final = re.compile(r"([\[(])\s*+([-+\d.eE]++)\s*+,\s*+([-+\d.eE]++)\s*+([\])])\s*+\Z")
_SEPARATOR: Final = re.compile(r"^[ \t]*+---++[ \t]*+$", re.MULTILINE)
_INLINE: Final = (
    (re.compile(r"\*\*([^\s*](?:[^*\n]{0,1000}[^\s*])?)\*\*"), "strong"),
    (re.compile(r"(?<!\*)\*([^\s*](?:[^*\n]{0,1000}[^\s*])?)\*(?!\*)"), "em"),
)


def read_markdown(text: str, banks: Banks, *, title: str, path: str) -> None:
    """
    Add the problems of a file to the banks.

    Args:
        title: the title of a problem without a heading.
    """
    for heading, body in _sections(text, title):
        identifier = banks.identifier("", heading)
        try:
            question = Question(identifier, heading, problem=problem_of(body), markdown=body)
        except NoCounterpartError as error:
            question = Question(identifier, heading, text=_html(body), reason=error.reason)
        banks.add("", question, path=path)


def problem_of(markdown: str) -> str:
    """Return the content of the problem that is written in Markdown. Raises NoCounterpartError."""
    hints = "".join(f"<hint>{as_xml(found)}</hint>" for found in _DEMAND_HINT.findall(markdown))
    markdown = _DEMAND_HINT.sub("", markdown)
    parts = [_part(text) for text in _SEPARATOR.split(markdown) if text.strip()]
    if not any("response" in part for part in parts):
        raise NoCounterpartError(_("No answers are marked in it."))
    return "".join(parts) + (f"<demandhint>{hints}</demandhint>" if hints else "")


def _sections(text: str, title: str) -> Iterator[tuple[str, str]]:
    heading, lines = title, list[str]()
    for line in text.splitlines():
        found = _HEADING.match(line)
        if not found:
            lines.append(line)
            continue
        if any(each.strip() for each in lines):
            yield heading, "\n".join(lines).strip() + "\n"
        heading, lines = found[1].rstrip().rstrip("#").rstrip() or "#", []
    if any(each.strip() for each in lines):
        yield heading, "\n".join(lines).strip() + "\n"


@dataclass(slots=True)
class _Fields:
    """Holds the prompt and the answers of one question, as they are read."""

    prompt: list[str] = field(default_factory=list)
    radios: list[Choice] = field(default_factory=list)
    checks: list[Choice] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    is_text: bool = False


def _part(markdown: str) -> str:
    explanations = [found.strip() for found in _EXPLANATION.findall(markdown)]
    markdown = _EXPLANATION.sub("", markdown)
    lists = _LIST.findall(markdown)
    found = _read(_LIST.sub("", markdown))
    prompt = _html("\n".join(found.prompt))
    content = _content(prompt, found, lists)
    explanation = "".join(_html(text) for text in explanations)
    return problems.explained(content, explanation)


def _content(prompt: str, found: _Fields, lists: list[str]) -> str:
    if found.radios:
        return problems.one_choice(prompt, found.radios)
    if found.checks:
        return problems.many_choices(prompt, found.checks)
    if found.typed:
        return _typed(prompt, found)
    if lists:
        return problems.selections(prompt, [_selection(text, place) for place, text in enumerate(lists, start=1)])
    return as_xml(prompt)


def _read(markdown: str) -> _Fields:
    fields = _Fields()
    for line in markdown.splitlines():
        if found := _RADIO.match(line):
            fields.radios.append(_choice(found))
        elif found := _CHECK.match(line):
            fields.checks.append(_choice(found))
        elif found := _TYPED.match(line):
            if found[1] != "not=":
                fields.typed.append(_HINT.sub("", found[2]).strip())
            fields.is_text |= found[1] == "s="
        else:
            fields.prompt.append(line)
    return fields


def _choice(found: re.Match[str]) -> Choice:
    hint = _HINT.search(found[2])
    text = _HINT.sub("", found[2]).strip()
    return Choice(_inline(text), float(bool(found[1])), hint[1].strip() if hint else "")


def _typed(prompt: str, found: _Fields) -> str:
    if not found.is_text:
        ranges = [_range(text) for text in found.typed]
        if all(ranges):
            return problems.number(prompt, [each for each in ranges if each])
    if any(text.startswith("|") for text in found.typed):
        return problems.short_answer(
            prompt, [text.removeprefix("|").strip() for text in found.typed], are_patterns=True
        )
    return problems.short_answer(prompt, found.typed)


def _range(text: str) -> Range | None:
    if interval := _INTERVAL.match(text):
        excludes = [
            end for end, mark, round_ in (("low", interval[1], "("), ("high", interval[4], ")")) if mark == round_
        ]
        return Range(low=interval[2], high=interval[3], excludes=tuple(excludes))
    number = _NUMBER.match(text)
    return Range(number=number[1], tolerance=number[2] or "") if number else None


def _selection(text: str, place: int) -> Selection:
    options, right = [], ""
    for piece in re.split(r"[,\n]", text):
        option = _HINT.sub("", piece).strip()
        if option.startswith("(") and option.endswith(")"):
            option = right = option[1:-1].strip()
        if option:
            options.append(as_html(option))
    return Selection(problems.marker(place), tuple(options), as_html(right))


def _html(markdown: str) -> str:
    """Return paragraphs of HTML. Labels lose their marks; HTML in the text stays."""
    text = _LABEL.sub(lambda found: found[1].partition("||")[0], markdown)
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text)]
    return "".join(f"<p>{_inline(part)}</p>" for part in paragraphs if part)


def _inline(text: str) -> str:
    for pattern, tag in _INLINE:
        text = pattern.sub(rf"<{tag}>\1</{tag}>", text)
    return text
