"""
Shapes of JSON, for tests that say which fields of an answer a client reads.

A shape is written like the answer: a dictionary names the fields that have to be there (others may be), a list of one
shape wants at least one item and each item of that shape, a type or a union wants a value of it, a function wants to
be true of the value, anything else wants that very value.
"""

from __future__ import annotations

from types import UnionType
from typing import Any


def differences(answer: Any, shape: Any, place: str = "answer") -> list[str]:
    """Where the answer does not have the shape, in words; empty if it has."""
    match shape:
        case dict():
            return _differences_of_object(answer, shape, place)
        case [each]:
            return _differences_of_list(answer, each, place)
        case type() | UnionType():
            return [] if isinstance(answer, shape) else [f"{place} is {answer!r}, not {shape}"]
        case _ if callable(shape):
            return [] if shape(answer) else [f"{place} is {answer!r}"]
        case _:
            return [] if answer == shape else [f"{place} is {answer!r}, not {shape!r}"]


def _differences_of_object(answer: Any, shape: dict[str, Any], place: str) -> list[str]:
    if not isinstance(answer, dict):
        return [f"{place} is {answer!r}, not an object"]
    found = [f"{place} has no “{name}”" for name in shape.keys() - answer.keys()]
    for name in shape.keys() & answer.keys():
        found += differences(answer[name], shape[name], f"{place}.{name}")
    return found


def _differences_of_list(answer: Any, each: Any, place: str) -> list[str]:
    if not isinstance(answer, list) or not answer:
        return [f"{place} is {answer!r}, not a list of something"]
    return [difference for i, item in enumerate(answer) for difference in differences(item, each, f"{place}[{i}]")]
