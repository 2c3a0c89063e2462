"""
Converters of keys in addresses. ``register``, which the app calls once, makes them known to Django.

Most match any segment of a path, so that a view answers for a text that is no key, in the form and the order of its
other refusals: it is given a ``MalformedKey``, which ``ErrorsMixin`` refuses. Those named ``exact_`` match keys only.
For anything else there is no such URL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import register_converter

from .. import keys
from ..errors import MalformedKeyError


@dataclass(frozen=True)
class MalformedKey:
    """A text in an address where a key should be, and what is wrong with it."""

    text: str
    error: MalformedKeyError

    def __str__(self) -> str:
        return self.text


class KeyConverter:
    """Base of the converters that match any segment."""

    regex = "[^/]+"

    @staticmethod
    def parse(text: str) -> object:
        """Return the key. Raises MalformedKeyError."""
        raise NotImplementedError

    def to_python(self, value: str) -> object:
        """Return the key; a MalformedKey for a text that is none."""
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
        """Return the key. Raises ValueError, upon which Django looks for another URL."""
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
