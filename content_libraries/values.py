"""
Reads values that stand as text inside of OLX and settings: JSON, and YAML, which fields of XBlocks read.

A short text can stand for a huge value: aliases of YAML multiply, brackets nest, and ``1:1:1`` is a number that grows
with each colon. So a text is checked before it is parsed, and refused above a limit. Parsed values hold only JSON and
dates, and all their texts are valid Unicode.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Final

import yaml

from .characters import valid_value
from .errors import InvalidValueError, OversizedValueError
from .translation import gettext as _

__all__ = [
    "ValueBudget",
    "check_plain",
    "file_budget",
    "look_through_json",
    "read_json",
    "read_settings_file",
    "read_value",
]

MAX_NUMBER: Final = 10**100
"""Numbers that people write stay far below; Python takes long to write down much larger ones, or refuses it."""

_MAX_NUMBER_CHARACTERS: Final = 100
_JSON_MARK: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[][{},]', re.DOTALL)
_YAML_NUMBERS: Final = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
_YamlLoader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the faster loader, if it was compiled


@dataclass
class ValueBudget:
    """
    The remaining amount that may be read.

    Several values can share a budget.

    Args:
        characters: number of characters of the texts.
        nodes: number of lists, objects, and values in them. XBlocks take about 30 microseconds to read one.
        depth: how deep one value may nest.
    """

    characters: int = 1_000_000
    nodes: int = 20_000
    depth: int = 50

    def __post_init__(self) -> None:
        self._most_nodes = self.nodes

    def take_characters(self, count: int) -> None:
        if count > self.characters:
            raise OversizedValueError(_("It is too long."))
        self.characters -= count

    def take_node(self, depth: int) -> None:
        self.nodes -= 1
        if self.nodes < 0:
            raise OversizedValueError(_("It holds more than %(limit)s values.") % {"limit": f"{self._most_nodes:,}"})
        if depth > self.depth:
            raise OversizedValueError(_too_deep(self.depth))


def file_budget() -> ValueBudget:
    """Return the budget of a whole file of settings, such as the policy of a course with an entry for each block."""
    return ValueBudget(characters=16 * 1024**2, nodes=1_000_000)


def read_json(text: str | bytes, budget: ValueBudget | None = None) -> object:
    """
    Read JSON.

    Args:
        text: the JSON; as bytes in UTF-8, with or without a byte order mark.
        budget: the budget from which the read amount is taken; by default the budget of one setting.

    Raises InvalidValueError if the text is not JSON, or holds numbers that JSON does not have; its subclass
    OversizedValueError if it is too large.
    """
    budget = budget or ValueBudget()
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidValueError(_("It is not UTF-8.")) from error
    budget.take_characters(len(text))
    try:
        value = _read_json(text, budget)
    except ValueError as error:
        raise InvalidValueError(str(error)) from error
    check_plain(value)
    return valid_value(value) if "\\u" in text else value


def read_settings_file(data: bytes) -> dict[str, Any]:
    """Read a file of settings, such as the policy of a course: one JSON object. Raises InvalidValueError."""
    found = read_json(data, file_budget())
    if not isinstance(found, dict):
        raise InvalidValueError(_("It is not a JSON object."))
    return found


def read_value(text: str, budget: ValueBudget | None = None) -> object:
    """
    Read JSON or, if the text is not JSON, YAML without aliases and tags.

    Args:
        text: a setting, as written in an attribute.
        budget: the budget from which the read amount is taken; by default the budget of one setting.

    Raises InvalidValueError if the text is neither; its subclass OversizedValueError if it is too large.
    """
    budget = budget or ValueBudget()
    budget.take_characters(len(text))
    try:
        value = _read_json(text, budget)
    except ValueError:
        value = _read_yaml(text, budget)
    check_plain(value)
    return valid_value(value) if "\\" in text else value


def check_plain(value: object, *, depth: int = ValueBudget.depth) -> None:
    """
    Raise InvalidValueError if JSON cannot hold the value, or if it is unreasonably large.

    Args:
        value: lists, objects, and values in them; dates are allowed.
        depth: how deep it may nest.
    """
    if isinstance(value, dict | list | tuple | set | frozenset) and depth == 0:
        raise OversizedValueError(_too_deep(ValueBudget.depth))
    if isinstance(value, dict):
        for name, item in value.items():
            if not (name is None or isinstance(name, str | int | float)):
                raise InvalidValueError(_("The name “%(name)s” in it is no text.") % {"name": str(name)[:50]})
            check_plain(name)
            check_plain(item, depth=depth - 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            check_plain(item, depth=depth - 1)
    elif isinstance(value, bytes):
        raise InvalidValueError(_("It holds bytes."))
    elif (isinstance(value, float) and not isfinite(value)) or (isinstance(value, int) and abs(value) >= MAX_NUMBER):
        raise OversizedValueError(_("It holds a number that is too large, or no number."))


def _too_deep(limit: int) -> str:
    return _("It nests more than %(limit)s lists or objects into each other.") % {"limit": limit}


def look_through_json(text: str, budget: ValueBudget) -> None:
    """
    Take the size of a JSON text from a budget before it is parsed.

    Raises OversizedValueError if it exceeds the budget.
    """
    depth = 0
    for mark in _JSON_MARK.finditer(text):
        match mark[0]:
            case "[" | "{":
                depth += 1
                budget.take_node(depth)
            case "]" | "}":
                depth -= 1
            case ",":
                budget.take_node(depth)


def _read_json(text: str, budget: ValueBudget) -> object:
    """
    Parse JSON, and take its size from the budget.

    For a text that is not JSON it raises ValueError and takes nothing.
    """
    left = replace(budget)
    if text.lstrip()[:1] in ("[", "{"):  # any other JSON text is a single value
        look_through_json(text, left)
    value = json.loads(text, parse_constant=_refuse_constant)
    budget.nodes = left.nodes
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number.")


def _read_yaml(text: str, budget: ValueBudget) -> object:
    try:
        _look_through_yaml(text, budget)
        return yaml.load(text, Loader=_YamlLoader)  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = getattr(error, "problem", None) or str(error)
        raise InvalidValueError(str(problem)) from error


def _look_through_yaml(text: str, budget: ValueBudget) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_YamlLoader):
        if isinstance(event, yaml.AliasEvent):
            raise OversizedValueError(_("It repeats a part of itself with an alias."))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            _refuse_tag(event.tag, is_implicit=event.implicit)
            budget.take_node(depth)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent):
            _refuse_tag(event.tag, is_implicit=any(event.implicit))
            budget.take_node(depth)
            if len(event.value) > _MAX_NUMBER_CHARACTERS and event.implicit[0] and _is_number(event.value):
                raise OversizedValueError(_("It holds a number that is too large, or no number."))


def _refuse_tag(tag: str | None, *, is_implicit: bool) -> None:
    if tag is not None and not is_implicit:
        raise InvalidValueError(_("It names the type “%(tag)s”.") % {"tag": tag[:50]})


def _is_number(text: str) -> bool:
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(text[0], ())
    return any(tag in _YAML_NUMBERS and pattern.match(text) for tag, pattern in resolvers)
