"""
The interface of search engines.

A document is a mapping of a fixed shape (wire: search-documents). An engine stores it whole and gives it back whole.
The attributes that an engine must be able to filter and sort by are listed here, by their dotted paths (wire:
search-settings).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import metadata
from typing import Any, Final, Self

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from .. import conf
from ..errors import ContentLibrariesError
from .conditions import Condition
from .conditions import OneOf as OneOf  # noqa: PLC0414 - a part of the port

type Document = Mapping[str, Any]

MAX_BATCH: Final = 1_000
"""How many documents one call of an engine takes at most (wire: search-upkeep)."""

DOCUMENTS_VERSION: Final = 3
"""
Raise this number whenever anything in the documents changes, so that all of them are made anew. Each engine makes it a
part of the identity of its index.
"""

FILTERABLE_TEXTS: Final = (
    "block_id",
    "block_type",
    "breadcrumbs.usage_key",
    "collections.display_name",
    "collections.key",
    "content.problem_types",
    "context_key",
    "license",
    "license_holder",
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
FILTERABLE_OBJECTS: Final = ("collections", "tags")
"""Attributes that hold filterable attributes. A filter can only ask whether they exist."""

FILTERABLE: Final = (*FILTERABLE_TEXTS, *FILTERABLE_NUMBERS, *FILTERABLE_OBJECTS)
SEARCHABLE: Final = (
    "display_name",
    "block_id",
    "content",
    "description",
    "tags",
    "collections",
    "published",
    "license_texts",
)
"""Words are found in these attributes, at any depth."""

SORTABLE: Final = ("display_name", "created", "modified", "last_published")


class SearchEngineError(ContentLibrariesError):
    """
    The search engine does not work at the moment.

    Content is not affected; the index catches up later.
    """

    code = "search_engine_failed"


class EngineBusyError(SearchEngineError):
    """Other processes are writing to the index, and did not finish in time."""

    code = "search_engine_busy"


class DocumentsRefusedError(SearchEngineError):
    """
    The engine refuses some of the sent documents, and may have stored no document at all.

    Args:
        message: the engine's message.
        reasons: id of a document -> why it is not taken; empty if the engine does not say which documents it means.
        is_certain: whether the documents are the cause; otherwise the engine may have failed.
    """

    code = "search_documents_refused"

    def __init__(self, message: str, *, reasons: Mapping[str, str] | None = None, is_certain: bool = True) -> None:
        super().__init__(message)
        self.reasons = reasons or {}
        self.is_certain = is_certain


class MissingPackageError(SearchEngineError):
    """The package of the engine that the site has chosen is not installed."""

    code = "search_package_missing"


class SearchOffError(SearchEngineError):
    """The site has no search engine."""

    code = "search_off"


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
    A search.

    Args:
        q: words to find; the last one may be the beginning of a word. A phrase in double quotes is found exactly
            and with its words together. Blank for every document.
        may_drop_words: whether to find also documents that lack the last words, or even all words but the first.
            Documents with more of the words come first.
        search_on: the attributes to look for the words in; None for all searchable attributes.
        context_keys: the libraries and courses whose documents may be found; None for all of them. Empty
            means that nothing may be found.
        conditions: all of them have to hold.
        sort: the order, the most important first; empty for the best matches first.
        offset, limit: the part of the hits to return. With a limit of 0 hits are only counted.
        facets: filterable attributes whose values are counted.
        facet_limit: how many values to return for each facet; the most frequent values come first.
    """

    q: str = ""
    may_drop_words: bool = False
    search_on: Sequence[str] | None = None
    context_keys: frozenset[str] | None = None
    conditions: Sequence[Condition] = ()
    sort: Sequence[Sort] = ()
    offset: int = 0
    limit: int = 20
    facets: Sequence[str] = ()
    facet_limit: int = 100


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The smallest and the largest number of an attribute among the found documents."""

    min: float
    max: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """
    The results of a search.

    Args:
        hits: the documents of the requested part.
        total: how many documents were found in all.
        facets: attribute -> value -> how many of the found documents have it.
        ranges: the ranges of numeric facets with a value in any found document.
    """

    hits: Sequence[Document]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    ranges: Mapping[str, NumberRange] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BrowserAccess:
    """
    Access of browsers to an engine with Meilisearch's HTTP API, with tokens signed by us.

    Args:
        url: the URL of the engine; absolute, or a path of this site.
        index_name: the ``uid`` of the index.
        key_uid: the ``uid`` of the search key that signs tokens.
        key: the search key. It never leaves the server.
    """

    url: str
    index_name: str
    key_uid: str
    key: str = field(repr=False)


class SearchEngine(ABC):
    """
    A search engine with one index.

    Every method except ``from_settings`` raises SearchEngineError if the engine fails. Writes are atomic. When a
    write returns, every process can find its documents.
    """

    @classmethod
    @abstractmethod
    def from_settings(cls) -> Self:
        """Get the engine that the host's settings describe."""

    @abstractmethod
    def prepare(self) -> str:
        """
        Make sure that there is an index that documents can be written to.

        Returns: the identity of the index. A different identity than last time means that it is a new index:
        the last one was missing, unreadable, or made for other documents, and this one is empty.
        """

    @abstractmethod
    def update(self, documents: Sequence[Document]) -> None:
        """
        Add documents, ``MAX_BATCH`` at most. Each replaces the document with the same ``id``.

        Raises DocumentsRefusedError if the engine refuses the documents.
        """

    @abstractmethod
    def delete(self, ids: Sequence[str]) -> None:
        """Remove documents by their ``id``, ``MAX_BATCH`` at most. Ids without a document are ignored."""

    @abstractmethod
    def delete_context(self, context_key: str) -> None:
        """Remove all documents of a library or course."""

    @abstractmethod
    def search(self, query: SearchQuery) -> SearchResult:
        """Find documents. Without an index nothing is found."""

    def browser_access(self) -> BrowserAccess | None:
        """
        Return how browsers reach this engine directly; None if they reach it through our facade.

        Raises SearchEngineError.
        """
        return None

    @abstractmethod
    def count(self) -> int:
        """Return the number of documents in the index."""

    @abstractmethod
    def clear(self) -> None:
        """Replace the index by an empty one, with another identity."""

    @abstractmethod
    def documents_of(self, context_key: str) -> Iterator[Document]:
        """Read all documents of a library or course, in any order. Without an index there are no documents."""

    @abstractmethod
    def spare(self) -> SearchEngine:
        """Return the spare index, which is not searched: it is prepared, filled, and then put into use."""

    @abstractmethod
    def use_spare(self) -> None:
        """
        Put the spare index in the place of this one, with its identity, and delete the index that was in use.

        Searches find one of the two indexes at any time. Raises SearchEngineError if there is no spare index.
        """


_OFF: Final = "off"
_EMBEDDED: Final = "content_libraries.search.engines.embedded.EmbeddedEngine"
_MEILISEARCH: Final = "content_libraries.search.engines.meilisearch.MeilisearchEngine"


def is_search_on() -> bool:
    """Return whether the site has a search, with any engine."""
    return conf.SEARCH_ENGINE.value != _OFF


def current_engine() -> SearchEngine:
    """
    Return the engine that the site has chosen.

    The settings are ``CONTENT_LIBRARIES_SEARCH_ENGINE`` and ``MEILISEARCH_ENABLED``. Raises SearchOffError if the site
    wants no search, and MissingPackageError if the package of the engine is not installed.
    """
    if not is_search_on():
        raise SearchOffError(_("Search is switched off on this site."))
    by_default = _MEILISEARCH if conf.MEILISEARCH_ENABLED.value else _EMBEDDED
    return _engine_class(conf.SEARCH_ENGINE.value or by_default).from_settings()


def _engine_class(path: str) -> type[SearchEngine]:
    try:
        engine_class: type[SearchEngine] = import_string(path)
    except ModuleNotFoundError as error:
        if error.name not in _extras():
            raise
        message = _("Search needs the package %(package)s: pip install 'content_libraries[%(package)s]'")
        raise MissingPackageError(message % {"package": error.name}) from error
    return engine_class


def _extras() -> Sequence[str]:
    """Return the extras that this package has. Those for engines have the name of the package that they install."""
    return metadata("content_libraries").get_all("Provides-Extra", [])


def index_name() -> str:
    """Return the name of the index, as clients and shared search servers know it (wire: search-key)."""
    prefix = conf.SEARCH_INDEX_PREFIX.value or conf.MEILISEARCH_INDEX_PREFIX.value
    return f"{prefix}studio_content"


def values_at(document: object, path: str) -> list[Any]:
    """
    Return the values at a dotted path, and the elements of lists one by one.

    Args:
        path: ``tags.level0``, or ``breadcrumbs.usage_key`` to look into each object of a list.
    """
    return [value for value in _flat(raw_values_at(document, path)) if value is not None]


def raw_values_at(document: object, path: str) -> list[Any]:
    """Return the values at a dotted path unchanged: lists whole, null as None. A missing attribute has no values."""
    if "." not in path:
        return [document[path]] if isinstance(document, dict) and path in document else []
    found = [document]
    for name in path.split("."):
        found = [item[name] for item in _flat(found) if isinstance(item, dict) and name in item]
    return found


def _flat(values: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for value in values:
        flat.extend(value if isinstance(value, list | tuple) else [value])
    return flat
