"""
The port to search engines: what the rest of this room asks of any of them.

A document is a mapping of the shape that the search contract gives in section 3; an engine stores it whole
and gives it back whole. Which attributes it must be able to filter and to sort by is listed here, by their
dotted paths, as in section 2.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from django.utils.module_loading import import_string

from .. import conf
from ..errors import ContentLibrariesError

type Document = Mapping[str, Any]

MAX_BATCH: Final = 1_000
"""How many documents one call of an engine takes at most (search contract, section 4)."""

DOCUMENTS_VERSION: Final = 1
"""
To be raised whenever anything in the documents changes, so that all of them are made anew. Each engine makes it a part
of the identity of its index.
"""

FILTERABLE_TEXTS: Final = (
    "block_id",
    "block_type",
    "breadcrumbs.usage_key",
    "collections.display_name",
    "collections.key",
    "content.problem_types",
    "context_key",
    "org",
    "publish_status",
    "tags.level0",
    "tags.level1",
    "tags.level2",
    "tags.level3",
    "tags.taxonomy",
    "type",
    "usage_key",
)
FILTERABLE_NUMBERS: Final = ("access_id", "last_published")
SORTABLE: Final = ("display_name", "created", "modified", "last_published")


class SearchEngineError(ContentLibrariesError):
    """
    The search engine cannot do what it is asked now. Content is not affected; the index catches up later.
    """

    code = "search_engine_failed"


class EngineBusyError(SearchEngineError):
    """Others are writing to the index, and did not finish in time."""

    code = "search_engine_busy"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A condition: the attribute, or any of its elements where it is a list, equals one of the values."""

    attribute: str
    values: Sequence[str | int | float]


@dataclass(frozen=True, slots=True)
class Sort:
    """
    An order. ``attribute`` is one of ``SORTABLE``. Documents without the attribute come last either way.
    """

    attribute: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """
    What to find.

    Args:
        q: words, all of which have to be found in a document; the last one may be the beginning of a word.
            Blank for every document.
        context_keys: the libraries and courses whose documents may be found; None for all of them. Empty
            means that nothing may be found.
        conditions: all of them have to hold.
        sort: the order, the most important first; empty for the best matches first.
        offset, limit: the part of the hits that is wanted. With a limit of 0 hits are only counted.
        facets: attributes of ``FILTERABLE_TEXTS`` whose values are to be counted.
    """

    q: str = ""
    context_keys: frozenset[str] | None = None
    conditions: Sequence[OneOf] = ()
    sort: Sequence[Sort] = ()
    offset: int = 0
    limit: int = 20
    facets: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """
    What was found.

    Args:
        hits: the documents of the wanted part.
        total: how many documents there are in all parts together.
        facets: attribute -> value -> how many of the found documents have it.
    """

    hits: Sequence[Document]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class SearchEngine(ABC):
    """
    A search engine with one index.

    Every method but ``from_settings`` raises SearchEngineError when the engine fails. A call that writes is
    atomic, and what it wrote is found as soon as it returns, from every process.
    """

    @classmethod
    @abstractmethod
    def from_settings(cls) -> Self:
        """Get the engine that the host's settings describe."""

    @abstractmethod
    def prepare(self) -> str:
        """
        Make sure that there is an index that documents can be written to.

        Returns: the identity of the index. Another identity than last time means that it is another index:
        the last one was missing, unreadable, or made for other documents, and this one is empty.
        """

    @abstractmethod
    def update(self, documents: Sequence[Document]) -> None:
        """Add documents, ``MAX_BATCH`` at most, each replacing the one that has its ``id``."""

    @abstractmethod
    def delete(self, ids: Sequence[str]) -> None:
        """Remove documents by their ``id``, ``MAX_BATCH`` at most; ids without a document do not matter."""

    @abstractmethod
    def delete_context(self, context_key: str) -> None:
        """Remove all documents of a library or course."""

    @abstractmethod
    def search(self, query: SearchQuery) -> SearchResult:
        """Find documents. There is nothing to find as long as there is no index."""

    @abstractmethod
    def count(self) -> int:
        """How many documents there are."""

    @abstractmethod
    def clear(self) -> None:
        """Replace the index by an empty one, with another identity."""

    @abstractmethod
    def documents_of(self, context_key: str) -> Iterator[Document]:
        """Read all documents of a library or course, in any order. Without an index there are none."""

    @abstractmethod
    def spare(self) -> SearchEngine:
        """A second index that nobody searches: to be prepared, filled, and then put into use."""

    @abstractmethod
    def use_spare(self) -> None:
        """
        Put the spare index in the place of this one, with its identity. The index that was in use is deleted.

        Whoever searches finds what is in the one or in the other at any time. Raises SearchEngineError if there is
        no spare index.
        """


_EMBEDDED: Final = "content_libraries.search.embedded.EmbeddedEngine"
_MEILISEARCH: Final = "content_libraries.search.meilisearch.MeilisearchEngine"


def current_engine() -> SearchEngine:
    """The engine that the site has chosen (settings ``CONTENT_LIBRARIES_SEARCH_ENGINE``, ``MEILISEARCH_ENABLED``)."""
    by_default = _MEILISEARCH if conf.MEILISEARCH_ENABLED.value else _EMBEDDED
    engine_class: type[SearchEngine] = import_string(conf.SEARCH_ENGINE.value or by_default)
    return engine_class.from_settings()


def values_at(document: object, path: str) -> list[Any]:
    """
    Read the values at a dotted path, those of lists one by one.

    Args:
        path: ``tags.level0``, or ``breadcrumbs.usage_key`` to look into each object of a list.
    """
    found = [document]
    for name in path.split("."):
        found = [item[name] for item in _flat(found) if isinstance(item, dict) and name in item]
    return [value for value in _flat(found) if value is not None]


def _flat(values: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for value in values:
        flat.extend(value if isinstance(value, list | tuple) else [value])
    return flat
