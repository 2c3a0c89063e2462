"""
Conditions on documents: the meaning of a filter, as frozen data.

An engine evaluates them; ``filters`` reads and writes them in the filter language of search clients. Attributes
are dotted paths. A condition on a list holds if it holds for any of its elements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

type Value = str | int | float


@dataclass(frozen=True, slots=True)
class OneOf:
    """The attribute, or any of its elements if it is a list, equals one of the values. Case matters."""

    attribute: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class InRange:
    """
    The number lies between the bounds, of which one may be None.

    Args:
        with_low, with_high: whether the bound itself is inside.
    """

    attribute: str
    low: float | None = None
    high: float | None = None
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True, slots=True)
class Exists:
    """The document has the attribute, which may be null."""

    attribute: str


@dataclass(frozen=True, slots=True)
class IsNull:
    """The document has the attribute, and it is null."""

    attribute: str


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """The document has the attribute, and it is ``""``, ``[]`` or ``{}``."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold. This includes documents without the attribute."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """All conditions hold. Without conditions, every document matches."""

    conditions: Sequence[Condition]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one condition holds. Without conditions, no document matches."""

    conditions: Sequence[Condition]


type Condition = OneOf | InRange | Exists | IsNull | IsEmpty | Not | AllOf | AnyOf
