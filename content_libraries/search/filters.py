"""
The filter language of search clients, which is Meilisearch's: reading it, and writing it.

::

    filter     = disjunction
    disjunction = conjunction { "OR" conjunction }
    conjunction = negation { "AND" negation }
    negation   = "NOT" negation | "(" disjunction ")" | condition
    condition  = attribute ( "=" | "!=" | ">" | ">=" | "<" | "<=" ) value
               | attribute value "TO" value
               | attribute [ "NOT" ] "IN" "[" [ value { "," value } [ "," ] ] "]"
               | attribute [ "NOT" ] "EXISTS"
               | attribute "IS" [ "NOT" ] ( "NULL" | "EMPTY" )

Attributes and values are words, or texts in single or double quotes with backslashes before quotes. Keywords are
upper case. Instead of a text, a client may send a list: all of its members have to hold, and a member that is a
list holds if any of its texts does. Empty members are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Final

from .. import conf
from ..errors import ContentLibrariesError
from .conditions import AllOf, AnyOf, Condition, Exists, InRange, IsEmpty, IsNull, Not, OneOf, Value

MAX_LENGTH: Final = 500_000
"""Characters of the filters of one request. A page of a course asks for all of its usage keys at once."""

MAX_DEPTH: Final = 40

_KEYWORDS: Final = frozenset({"AND", "OR", "NOT", "IN", "TO", "EXISTS", "IS", "NULL", "EMPTY"})
_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<text> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
      | (?P<word> [\w./-]+ )
      | (?P<mark> != | >= | <= | [=<>()\[\],] )
    )""",
    re.VERBOSE | re.DOTALL,
)
_END: Final = "end"


class FilterError(ContentLibrariesError):
    """A filter cannot be understood. The message names the expected text, and the character."""

    code = "invalid_search_filter"


@dataclass(slots=True)
class FilterBudget:
    """The remaining size of the filters of one request, for all of their texts together."""

    characters: int = MAX_LENGTH
    conditions: int = field(default_factory=lambda: conf.SEARCH_MAX_CONDITIONS.value)

    def spend(self, *, characters: int = 0, conditions: int = 0) -> None:
        self.characters -= characters
        self.conditions -= conditions
        if self.characters < 0 or self.conditions < 0:
            raise FilterError(
                f"The filter is too long: those of a request may have {MAX_LENGTH} characters and"
                f" {conf.SEARCH_MAX_CONDITIONS.value} conditions. Use IN for many values."
            )


def parse_filter(given: object, filterable: Collection[str], budget: FilterBudget | None = None) -> Condition | None:
    """
    Read a filter.

    Args:
        given: a text, or a list of texts and of lists of texts.
        filterable: the attributes that may be asked for.
        budget: the remaining size, shared by filters that belong together.

    Returns: the condition; None for a filter that says nothing. Raises FilterError.
    """
    budget = budget or FilterBudget()
    if given is None:
        return None
    if isinstance(given, str):
        return _parse_text(given, filterable, budget)
    if not isinstance(given, list):
        raise FilterError("A filter is a text, or a list of texts and of lists of texts.")
    return _combined(AllOf, [_parse_member(member, filterable, budget) for member in given])


def filter_text(condition: Condition) -> str:
    """Write a condition in the filter language."""
    match condition:
        case OneOf(attribute, values):
            return f"{attribute} IN [{', '.join(map(_quoted, values))}]"
        case InRange():
            return " AND ".join(_bounds(condition))
        case Exists(attribute):
            return f"{attribute} EXISTS"
        case IsNull(attribute):
            return f"{attribute} IS NULL"
        case IsEmpty(attribute):
            return f"{attribute} IS EMPTY"
        case Not(negated):
            return f"NOT ({filter_text(negated)})"
        case AllOf(conditions):
            return " AND ".join(f"({filter_text(part)})" for part in conditions)
        case AnyOf(conditions):
            return " OR ".join(f"({filter_text(part)})" for part in conditions)


def _parse_member(member: object, filterable: Collection[str], budget: FilterBudget) -> Condition | None:
    if isinstance(member, str):
        return _parse_text(member, filterable, budget)
    if not isinstance(member, list) or not all(isinstance(text, str) for text in member):
        raise FilterError("A member of a filter is a text or a list of texts.")
    return _combined(AnyOf, [_parse_text(text, filterable, budget) for text in member])


def _combined(kind: type[AllOf | AnyOf], parts: list[Condition | None]) -> Condition | None:
    said = [part for part in parts if part is not None]
    if len(said) > 1:
        return kind(tuple(said))
    return said[0] if said else None


def _parse_text(text: str, filterable: Collection[str], budget: FilterBudget) -> Condition | None:
    budget.spend(characters=len(text))
    return _Parser(text, filterable, budget).parse() if text.strip() else None


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: int

    def is_(self, *texts: str) -> bool:
        """Return whether the token is one of these keywords or marks."""
        return self.text in texts and self.kind != "text"


class _Parser:
    """Goes through the tokens of one text, with one token of look-ahead."""

    def __init__(self, text: str, filterable: Collection[str], budget: FilterBudget) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens)
        self._filterable = filterable
        self._budget = budget

    def parse(self) -> Condition:
        condition = self._disjunction(MAX_DEPTH)
        if self._next.kind != _END:
            raise _unexpected(self._next, "AND, OR or the end")
        return condition

    def _disjunction(self, depth: int) -> Condition:
        if depth == 0:
            raise FilterError(f"The filter is nested too deeply: {MAX_DEPTH} levels are allowed.")
        parts: list[Condition | None] = [self._conjunction(depth)]
        while self._take("OR"):
            parts.append(self._conjunction(depth))
        return _combined(AnyOf, parts) or AllOf(())

    def _conjunction(self, depth: int) -> Condition:
        parts: list[Condition | None] = [self._negation(depth)]
        while self._take("AND"):
            parts.append(self._negation(depth))
        return _combined(AllOf, parts) or AllOf(())

    def _negation(self, depth: int) -> Condition:
        is_negated = False
        while self._take("NOT"):
            is_negated = not is_negated
        condition = self._bracketed(depth) if self._take("(") else self._condition()
        return Not(condition) if is_negated else condition

    def _bracketed(self, depth: int) -> Condition:
        condition = self._disjunction(depth - 1)
        self._demand(")")
        return condition

    def _condition(self) -> Condition:
        self._budget.spend(conditions=1)
        attribute = self._attribute()
        if self._take("="):
            return OneOf(attribute, (self._value(),))
        if self._take("!="):
            return Not(OneOf(attribute, (self._value(),)))
        for operator in (">=", ">", "<=", "<"):
            if self._take(operator):
                return _compared(attribute, operator, self._number())
        if self._take("IS"):
            return self._is(attribute)
        if self._take("NOT"):
            return Not(self._in_or_exists(attribute))
        if self._next.is_("IN", "EXISTS"):
            return self._in_or_exists(attribute)
        low = self._number()
        self._demand("TO")
        return InRange(attribute, low, self._number())

    def _is(self, attribute: str) -> Condition:
        is_negated = self._take("NOT")
        if self._take("NULL"):
            condition: Condition = IsNull(attribute)
        else:
            self._demand("EMPTY", "NULL or EMPTY")
            condition = IsEmpty(attribute)
        return Not(condition) if is_negated else condition

    def _in_or_exists(self, attribute: str) -> Condition:
        if self._take("EXISTS"):
            return Exists(attribute)
        self._demand("IN", "IN or EXISTS")
        self._demand("[")
        values: list[Value] = []
        while not self._take("]"):
            values.append(self._value())
            if not self._take(","):
                self._demand("]", "a comma or ]")
                break
        return OneOf(attribute, tuple(values))

    def _attribute(self) -> str:
        token = self._next
        attribute = self._value()
        if attribute not in self._filterable:
            raise FilterError(
                f"Attribute `{attribute}` is not filterable. Available filterable attributes patterns are:"
                f" {', '.join(f'`{name}`' for name in sorted(self._filterable))}. (character {token.place + 1})"
            )
        return attribute

    def _value(self) -> str:
        token = self._next
        if token.kind == "text":
            self._advance()
            return re.sub(r"""\\(["'\\])""", r"\1", token.text[1:-1])
        if token.kind != "word" or token.text in _KEYWORDS:
            raise _unexpected(token, "a word or a text in quotes")
        self._advance()
        return token.text

    def _number(self) -> float:
        token = self._next
        text = self._value()
        try:
            number = float(text)
        except ValueError:
            raise _unexpected(token, "a number") from None
        if not isfinite(number):
            raise _unexpected(token, "a number")
        return number

    def _take(self, wanted: str) -> bool:
        """Step over the next token if it is this keyword or mark. Return whether it was."""
        if not self._next.is_(wanted):
            return False
        self._advance()
        return True

    def _demand(self, wanted: str, expected: str = "") -> None:
        if not self._take(wanted):
            raise _unexpected(self._next, expected or wanted)

    def _advance(self) -> None:
        self._next = next(self._tokens)


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    end = len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            raise FilterError(f"`{text[place : place + 20]}` at character {place + 1} of the filter has no meaning.")
        kind = found.lastgroup or _END
        yield _Token(kind, found.group(kind), found.start(kind))
        place = found.end()
    yield _Token(_END, "", end)


def _unexpected(token: _Token, expected: str) -> FilterError:
    found = f"`{token.text[:50]}`" if token.text else "the end"
    return FilterError(f"Expected {expected}, but found {found} at character {token.place + 1} of the filter.")


def _compared(attribute: str, operator: str, number: float) -> InRange:
    is_inside = operator.endswith("=")
    if operator.startswith(">"):
        return InRange(attribute, low=number, with_low=is_inside)
    return InRange(attribute, high=number, with_high=is_inside)


def _bounds(condition: InRange) -> Iterator[str]:
    if condition.low is not None:
        yield f"{condition.attribute} {'>=' if condition.with_low else '>'} {_quoted(condition.low)}"
    if condition.high is not None:
        yield f"{condition.attribute} {'<=' if condition.with_high else '<'} {_quoted(condition.high)}"


def _quoted(value: Value) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return f'"{value}"' if isinstance(value, float) else str(value)
