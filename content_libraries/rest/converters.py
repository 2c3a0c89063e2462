"""
URL converters for keys. ``register``, which the app calls once, makes them known to Django.

Most converters match any segment of a path, so that the view itself refuses a text that is not a key, in the form and
the order of its other refusals: it gets a ``MalformedKey``, which ``ErrorsMixin`` refuses. Converters named ``exact_``
match keys only; any other text is an unknown URL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.urls import register_converter

from .. import keys
from ..errors import MalformedKeyError


@dataclass(frozen=True)
class MalformedKey:
    """A text in a URL that should be a key, and the reason why it is not."""

    text: str
    error: MalformedKeyError

    def __str__(self) -> str:
        return self.text


class KeyConverter:
    """Base of the converters that match any segment."""

    regex = "[^/]+"

    parse: Callable[[str], object]
    """Returns the key of a text. Raises MalformedKeyError. Subclasses set it."""

    def to_python(self, value: str) -> object:
        """Return the key, or a MalformedKey if the text is not a key."""
        try:
            return self.parse(value)
        except MalformedKeyError as error:
            return MalformedKey(value, error)

    def to_url(self, value: object) -> str:
        return str(value)


class LibraryKeyConverter(KeyConverter):
    parse = staticmethod(keys.library_key)


class ComponentKeyConverter(KeyConverter):
    parse = staticmethod(keys.component_key)


class CollectionCodeConverter(KeyConverter):
    parse = staticmethod(keys.collection_code)


class CourseKeyConverter(KeyConverter):
    parse = staticmethod(keys.course_key)


class BlockKeyConverter(KeyConverter):
    parse = staticmethod(keys.block_key)


class ExactKeyConverter(KeyConverter):
    """Base of the converters that match keys only."""

    regex = r"[\w-]+(:[\w\-.]+)+"

    def to_python(self, value: str) -> object:
        """Return the key. Raises ValueError for any other text; Django then tries the next URL pattern."""
        try:
            return self.parse(value)
        except MalformedKeyError as error:
            raise ValueError(value) from error


class ExactComponentKeyConverter(ExactKeyConverter):
    parse = staticmethod(keys.component_key)


class ExactContainerKeyConverter(ExactKeyConverter):
    parse = staticmethod(keys.container_key)


class ExactBlockKeyConverter(ExactKeyConverter):
    regex = r"block-v1:[^/]+"
    parse = staticmethod(keys.run_block_key)


CONVERTERS: Final[dict[str, type[KeyConverter]]] = {
    "library_key": LibraryKeyConverter,
    "component_key": ComponentKeyConverter,
    "collection_code": CollectionCodeConverter,
    "course_key": CourseKeyConverter,
    "block_key": BlockKeyConverter,
    "exact_component_key": ExactComponentKeyConverter,
    "exact_container_key": ExactContainerKeyConverter,
    "exact_block_key": ExactBlockKeyConverter,
}
"""Name in URLs -> converter."""


def register() -> None:
    """Make the converters known to Django. It is called before any URLs are loaded."""
    for name, converter in CONVERTERS.items():
        register_converter(converter, name)
