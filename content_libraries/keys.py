"""
Parses keys of libraries and of objects in them.

Formats (wire: keys)::

    library      lib:ORG:SLUG
    component    lb:ORG:SLUG:BLOCKTYPE:BLOCKID
    container    lct:ORG:SLUG:TYPE:ID            TYPE is unit, subsection or section
    collection   lib-collection:ORG:SLUG:CODE

The key classes accept any container type; this module does not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from opaque_keys import InvalidKeyError, OpaqueKey
from opaque_keys.edx.keys import CourseKey, UsageKey
from opaque_keys.edx.locator import (
    BlockUsageLocator,
    CourseLocator,
    LibraryCollectionLocator,
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
)

from .errors import MalformedKeyError

__all__ = [
    "CONTAINER_TYPES",
    "CourseKey",
    "ItemKey",
    "LibraryCollectionLocator",
    "LibraryContainerLocator",
    "LibraryLocatorV2",
    "LibraryUsageLocatorV2",
    "block_key",
    "collection_code",
    "collection_key",
    "component_key",
    "container_key",
    "context_key",
    "course_key",
    "item_key",
    "item_type_of",
    "library_key",
    "library_key_of",
    "run_block_key",
    "stored_item_key",
    "stored_usage_key",
]

CONTAINER_TYPES: Final = ("unit", "subsection", "section")
"""Container types of a library, from the innermost to the outermost."""

type ItemKey = LibraryUsageLocatorV2 | LibraryContainerLocator
"""Key of anything that is versioned in a library: a component or a container."""


def _parse[KeyT: OpaqueKey](key_class: type[KeyT], text: str, refusal: str) -> KeyT:
    """Parse a key, or raise MalformedKeyError with a message in which ``%(text)s`` is the text."""
    try:
        key = key_class.from_string(text)
    except InvalidKeyError as error:
        raise MalformedKeyError(_(refusal) % {"text": text}) from error
    if not isinstance(key, key_class):
        raise MalformedKeyError(_(refusal) % {"text": text})
    return key


def library_key(text: str) -> LibraryLocatorV2:
    """Parse ``lib:ORG:SLUG``. Raises MalformedKeyError."""
    return _parse(
        LibraryLocatorV2,
        text,
        gettext_noop("“%(text)s” is not the key of a library: it has to look like lib:ORG:SLUG."),
    )


def component_key(text: str) -> LibraryUsageLocatorV2:
    """Parse ``lb:ORG:SLUG:BLOCKTYPE:BLOCKID``. Raises MalformedKeyError."""
    refusal = gettext_noop("“%(text)s” is not the key of a library component: it has to look like lb:ORG:SLUG:TYPE:ID.")
    return _parse(LibraryUsageLocatorV2, text, refusal)  # type: ignore[type-abstract]


def container_key(text: str) -> LibraryContainerLocator:
    """Parse ``lct:ORG:SLUG:TYPE:ID``, with a type of CONTAINER_TYPES. Raises MalformedKeyError."""
    refusal = gettext_noop(
        "“%(text)s” is not the key of a library container: it has to look like lct:ORG:SLUG:TYPE:ID."
    )
    key = _parse(LibraryContainerLocator, text, refusal)
    if key.container_type not in CONTAINER_TYPES:
        raise MalformedKeyError(
            _("“%(text)s” has an unknown container type; known are %(types)s.")
            % {"text": text, "types": ", ".join(CONTAINER_TYPES)}
        )
    return key


def collection_key(text: str) -> LibraryCollectionLocator:
    """Parse ``lib-collection:ORG:SLUG:CODE``. Raises MalformedKeyError."""
    refusal = gettext_noop(
        "“%(text)s” is not the key of a library collection: it has to look like lib-collection:ORG:SLUG:CODE."
    )
    return _parse(LibraryCollectionLocator, text, refusal)


def collection_code(text: str) -> str:
    """Return the code of a collection, which is the last part of its key. Raises MalformedKeyError."""
    return str(collection_key(f"lib-collection:ORG:SLUG:{text}").collection_id)


def item_key(text: str) -> ItemKey:
    """Parse the key of a component or of a container. Raises MalformedKeyError."""
    if text.startswith("lct:"):
        return container_key(text)
    return component_key(text)


def course_key(text: str) -> CourseKey:
    """Parse ``course-v1:ORG+COURSE+RUN``. Raises MalformedKeyError."""
    try:
        key = CourseKey.from_string(text)
    except InvalidKeyError as error:
        raise MalformedKeyError(
            _("“%(text)s” is not the key of a course: it has to look like course-v1:ORG+COURSE+RUN.") % {"text": text}
        ) from error
    return key


def block_key(text: str) -> UsageKey:
    """Parse the usage key of a block of a course. Raises MalformedKeyError."""
    try:
        key: UsageKey = UsageKey.from_string(text)
    except InvalidKeyError as error:
        raise MalformedKeyError(
            _("“%(value)s” is malformed: it is not the key of a block.") % {"value": text}
        ) from error
    if not isinstance(key.context_key, CourseKey):
        raise MalformedKeyError(_("“%(value)s” is not the key of a course block.") % {"value": text})
    return key


def any_item_key(text: str) -> ItemKey | UsageKey:
    """Parse the key of a library item, or of a block of a course. Raises MalformedKeyError."""
    return item_key(text) if text.startswith(("lb:", "lct:")) else block_key(text)


def run_block_key(text: str) -> UsageKey:
    """Parse the usage key of a block of a run of a course, without the branch. Raises MalformedKeyError."""
    key = block_key(text)
    course = key.context_key
    if not isinstance(course, CourseLocator) or course.run is None:
        raise MalformedKeyError(_("“%(value)s” is not the key of a course block.") % {"value": text})
    return key.map_into_course(course.for_branch(None))


def any_run_item_key(text: str) -> ItemKey | UsageKey:
    """Parse the key of a library item, or of a block as ``run_block_key`` does. Raises MalformedKeyError."""
    return item_key(text) if text.startswith(("lb:", "lct:")) else run_block_key(text)


class _Remembering(OpaqueKey):
    """A key that computes its hash and its text only once. It equals other keys with the same fields."""

    _hash: int
    _text: str

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", super().__hash__())  # keys refuse to be changed
            return self._hash

    def __str__(self) -> str:
        try:
            return self._text
        except AttributeError:
            object.__setattr__(self, "_text", super().__str__())
            return self._text


class _LibraryKey(_Remembering, LibraryLocatorV2):
    pass


class _BlockKey(_Remembering, BlockUsageLocator):
    pass


class _ComponentKey(_Remembering, LibraryUsageLocatorV2):
    pass


class _ContainerKey(_Remembering, LibraryContainerLocator):
    pass


@lru_cache(maxsize=20_000)
def stored_usage_key(text: str) -> UsageKey:
    """
    Parse a usage key of the database, with a cache.

    Reading a course would otherwise spend most of its time on parsing keys, and on computing their hashes.
    """
    key: UsageKey = UsageKey.from_string(text)
    if type(key) is not BlockUsageLocator:
        return key
    return _BlockKey(key.course_key, key.block_type, key.block_id)  # type: ignore[no-untyped-call]


@lru_cache(maxsize=20_000)
def stored_item_key(text: str) -> ItemKey:
    """Parse the key of a library item of the database, with a cache. Raises MalformedKeyError."""
    key = item_key(text)
    library = _stored_library_key(key.lib_key.org, key.lib_key.slug)
    if isinstance(key, LibraryContainerLocator):
        return _ContainerKey(library, key.container_type, key.container_id)
    return _ComponentKey(library, key.block_type, key.usage_id)  # type: ignore[abstract]


@lru_cache(maxsize=1_000)
def _stored_library_key(org: str, slug: str) -> LibraryLocatorV2:
    return _LibraryKey(org, slug)  # type: ignore[no-untyped-call]


def context_key(text: str) -> LibraryLocatorV2 | CourseKey:
    """Parse the key of a library or of a course. Raises MalformedKeyError."""
    if text.startswith("lib:"):
        return library_key(text)
    refusal = gettext_noop(
        "“%(text)s” is the key neither of a library nor of a course: it has to look like lib:ORG:SLUG or"
        " course-v1:ORG+COURSE+RUN."
    )
    return _parse(CourseKey, text, refusal)  # type: ignore[type-abstract]


def library_key_of(key: ItemKey | LibraryCollectionLocator) -> LibraryLocatorV2:
    """Return the key of the library that an item or a collection belongs to."""
    return key.context_key


def item_type_of(key: ItemKey) -> str:
    """Return the XBlock type of a component, or the type of a container."""
    item_type: str = key.container_type if isinstance(key, LibraryContainerLocator) else key.block_type
    return item_type
