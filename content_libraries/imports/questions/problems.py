"""Makes the OLX of problems. Functions raise NoCounterpartError if a problem cannot ask or grade a question as its
source does."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from ...olx.api import xml_safe
from ...site_language import gettext as _
from .data import Choice, Gap, NoCounterpartError, Range, Selection
from .html import as_xml, is_plain, plain_text

_MAX_OPTIONS: Final = 5_000
"""How many options the lists of a problem have together. For pairs to match, each list has all options."""
_OLD_SEPARATOR: Final = "_or_"
"""Problems read a typed answer with this separator as several answers."""
_WHOLE: Final = 0.9999
"""A share from which an answer counts as right: shares are rounded in sources, such as 33.33333 percent."""
_LEAST: Final = 0.000001
_NUMBER: Final = re.compile(r"[-+]?(?:\d{1,300}(?:\.\d{0,300})?|\.\d{1,300})(?:[eE][-+]?\d{1,3})?")


def one_choice(prompt: str, choices: Sequence[Choice], *, is_shuffled: bool = False) -> str:
    """Make a problem with one right answer to choose. Partial points for other answers are kept."""
    _require_right(choices)
    is_partial = any(0 < choice.share < 1 for choice in choices)
    inside = "".join(_choice(choice, "<choicehint>{}</choicehint>") for choice in choices)
    group = '<choicegroup shuffle="true">' if is_shuffled else "<choicegroup>"
    tag = "multiplechoiceresponse"
    partial = ' partial_credit="points"' if is_partial else ""
    return f"<{tag}{partial}>{_asked(prompt)}{group}{inside}</choicegroup></{tag}>"


def many_choices(prompt: str, choices: Sequence[Choice]) -> str:
    """Make a problem with several right answers to choose. Learners have to choose all of them, and no others."""
    _require_right(choices, least=_LEAST)
    whole = [Choice(choice.text, float(choice.share > 0), choice.feedback) for choice in choices]
    hint = '<choicehint selected="true">{}</choicehint>'
    inside = "".join(_choice(choice, hint) for choice in whole)
    return f"<choiceresponse>{_asked(prompt)}<checkboxgroup>{inside}</checkboxgroup></choiceresponse>"


def note_on_parts() -> str:
    """Return the note on a problem from ``many_choices`` whose answers each give a part of the points in the source."""
    return _("Only all right answers together give points in the problem. In the source, each gives a part of them.")


def note_on_losses() -> str:
    """Return the note on a problem whose wrong answers take points away in the source."""
    return _("Wrong answers take points away in the source. In the problem, they only give none.")


def short_answer(
    prompt: str, answers: Iterable[str], *, is_case_sensitive: bool = False, are_patterns: bool = False
) -> str:
    """
    Make a problem with a word to type.

    Args:
        are_patterns: the answers are regular expressions.
    """
    return _words(_asked(prompt), answers, is_case_sensitive=is_case_sensitive, are_patterns=are_patterns)


def gaps(prompt: str, blanks: Sequence[Gap], *, is_case_sensitive: bool = False) -> str:
    """Make a problem with several words to type."""
    if not blanks:
        raise NoCounterpartError(no_right_answer())
    words = (_words(_label(gap.label), gap.answers, is_case_sensitive=is_case_sensitive) for gap in blanks)
    return _asked(prompt) + "".join(words)


def selections(prompt: str, lists: Sequence[Selection]) -> str:
    """Make a problem with one or several lists to select from."""
    if not lists:
        raise NoCounterpartError(no_right_answer())
    if sum(len(each.options) for each in lists) > _MAX_OPTIONS:
        raise NoCounterpartError(_("Its lists have too many answers for a problem."))
    return _asked(prompt) + "".join(_selection(each) for each in lists)


def fields(prompt: str, parts: Sequence[str]) -> str:
    """Make a problem with several fields, which ``gaps``, ``selections`` and ``number`` made without a prompt."""
    if not parts:
        raise NoCounterpartError(no_right_answer())
    return _asked(prompt) + "".join(parts)


def number(prompt: str, ranges: Sequence[Range], *, label: str = "") -> str:
    """Make a problem with a number to type."""
    if not ranges:
        raise NoCounterpartError(no_right_answer())
    first = ranges[0]
    more: list[str] = []
    if len(ranges) > 1:
        if any(each.low or each.tolerance != first.tolerance for each in ranges):
            raise NoCounterpartError(_("A problem has no counterpart for several ranges of right numbers."))
        more = [f'<additional_answer answer="{_number(each.number)}"/>' for each in ranges[1:]]
    answer = _range(first) if first.low else _number(first.number)
    tolerance = ""
    if first.tolerance and float(_number(first.tolerance.removesuffix("%"))):
        percent = "%" if first.tolerance.endswith("%") else ""
        width = _number(first.tolerance.removesuffix("%"))
        tolerance = f'<responseparam type="tolerance" default="{width}{percent}"/>'
    asked = _label(label) if label else _asked(prompt)
    return (
        f'<numericalresponse answer="{answer}">{asked}{tolerance}{"".join(more)}<formulaequationinput/>'
        "</numericalresponse>"
    )


def explained(problem: str, explanation: str) -> str:
    """Add an explanation, as HTML, that learners see with the answer. An empty one adds nothing."""
    if not plain_text(explanation) and is_plain(explanation):
        return problem
    return f'{problem}<solution><div class="detailed-solution">{as_xml(explanation)}</div></solution>'


def no_right_answer() -> str:
    """Return the reason why a question without a right answer becomes no problem."""
    return _("The question has no answer that counts as right.")


def marker(place: int) -> str:
    """Return the mark of a gap in a text, which the label of its field repeats."""
    return f"({place})"


def _asked(prompt: str) -> str:
    return f"<div>{as_xml(prompt)}</div>" if prompt.strip() else ""


def _label(text: str) -> str:
    return f"<label>{as_xml(text)}</label>"


def _require_right(choices: Iterable[Choice], *, least: float = _WHOLE) -> None:
    if not any(choice.share >= least for choice in choices):
        raise NoCounterpartError(no_right_answer())


def _choice(choice: Choice, hint: str) -> str:
    feedback = hint.format(as_xml(choice.feedback)) if choice.feedback.strip() else ""
    if 0 < choice.share < _WHOLE:
        return f'<choice correct="partial" point_value="{choice.share:.5g}">{as_xml(choice.text)}{feedback}</choice>'
    return f'<choice correct="{str(choice.share > 0).lower()}">{as_xml(choice.text)}{feedback}</choice>'


def _words(asked: str, answers: Iterable[str], *, is_case_sensitive: bool = False, are_patterns: bool = False) -> str:
    right = [answer for answer in dict.fromkeys(answer.strip() for answer in answers) if answer]
    if not right:
        raise NoCounterpartError(no_right_answer())
    if not are_patterns and any(_OLD_SEPARATOR in answer.lower() for answer in right):
        right = [re.sub("_(?=or_)", "[_]", re.escape(answer), flags=re.IGNORECASE) for answer in right]
        are_patterns = True
    if are_patterns and len(right) > 1:  # the problem would anchor only the first pattern at its start
        right = [f"(?:{'|'.join(right)})"]
    kinds = [*(() if is_case_sensitive else ("ci",)), *(("regexp",) if are_patterns else ())]
    kind = f' type="{" ".join(kinds)}"' if kinds else ""
    more = "".join(f'<additional_answer answer="{_attribute(answer)}"/>' for answer in right[1:])
    return f'<stringresponse answer="{_attribute(right[0])}"{kind}>{asked}{more}<textline size="20"/></stringresponse>'


def _selection(each: Selection) -> str:
    if not all(is_plain(option) for option in each.options):
        raise NoCounterpartError(_("The lists of a problem hold text only, and these have pictures or formulas."))
    right = _option(each.right)
    options = list(dict.fromkeys(_option(option) for option in each.options))
    if not right or right not in options:
        raise NoCounterpartError(no_right_answer())
    inside = "".join(
        f'<option correct="{option == right}">{escape(option, quote=False)}</option>' for option in options if option
    )
    return f"<optionresponse>{_label(each.label)}<optioninput>{inside}</optioninput></optionresponse>"


def _option(markup: str) -> str:
    """Return the text of an option. Problems cannot read straight quotes and backslashes there."""
    return xml_safe(plain_text(markup)).replace("'", "’").rstrip("\\")


def _range(each: Range) -> str:
    opening = "(" if "low" in each.excludes else "["
    closing = ")" if "high" in each.excludes else "]"
    return f"{opening}{_number(each.low)},{_number(each.high)}{closing}"


def _number(text: str) -> str:
    plain = text.strip().replace(" ", "").replace(",", ".")
    if not _NUMBER.fullmatch(plain) or not math.isfinite(float(plain)):
        raise NoCounterpartError(_("“%(text)s” is no number.") % {"text": text[:40]})
    return plain


def _attribute(text: str) -> str:
    return escape(xml_safe(text))
