"""
The embedded search engine: a tantivy index in a folder that the processes of a site share.

Readers are never blocked, and see what others have committed. One process writes at a time; the others wait
for it, but not for long. The index is disposable: what cannot be read is thrown away, and the new identity of
the index that takes its place makes the next catch-up fill it again.
"""

from __future__ import annotations

import fcntl
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import tantivy
from django.urls import NoReverseMatch, reverse
from tantivy import Occur, Order

from .. import conf
from . import embedded_key
from .embedded_queries import build_query, has_value
from .embedded_schema import ID, NUMBERS, SCHEMA_VERSION, TITLE_ORDER, from_row, make_schema, to_row
from .engine import (
    DOCUMENTS_VERSION,
    FILTERABLE_TEXTS,
    MAX_BATCH,
    BrowserAccess,
    Document,
    EngineBusyError,
    NumberRange,
    SearchEngine,
    SearchEngineError,
    SearchQuery,
    SearchResult,
    Sort,
    index_name,
)
from .waiting import patience
from .words import fold

_HEAP_BYTES: Final = 50_000_000
_IDENTITY_FILE: Final = "identity"
_VERSION: Final = f"{DOCUMENTS_VERSION}.{SCHEMA_VERSION}"
_IN_USE, _SPARE, _DATA, _NEW_LINK = "index-v", "spare-v", "data-", "link-"
"""What the names begin with of the link to the index, the link to the spare index, indexes, links being made."""

_LOCK, _SPARE_LOCK = "lock", "spare.lock"
_RETRY_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True)
class _Opened:
    identity: str
    index: tantivy.Index


class EmbeddedEngine(SearchEngine):
    """
    An index is a folder with its identity as name. A link, which has the version in its name, says which one is in
    use, and another link which one is spare. So an index is put into use by replacing a link.

    Args:
        folder: where the indexes live, the links, and the lock files.
        is_spare: whether this is the spare index.
    """

    patience: ClassVar[float] = 5.0
    """Seconds to wait for other writers, where nobody is in a hurry."""

    def __init__(self, folder: Path, *, is_spare: bool = False) -> None:
        self._folder = folder
        self._lock_name = _SPARE_LOCK if is_spare else _LOCK
        self._link = folder / f"{_SPARE if is_spare else _IN_USE}{_VERSION}"
        self._opened: _Opened | None = None

    @classmethod
    def from_settings(cls) -> Self:
        engine: Self = _engine_at(cls, Path(conf.SEARCH_INDEX_DIR.value).absolute())
        return engine

    def prepare(self) -> str:
        opened = self._open_if_readable()
        if opened is None:
            with _failures_named(), self._lock(_LOCK):
                # Somebody else may have been faster.
                opened = self._open_if_readable() or self._create()
        return opened.identity

    def update(self, documents: Sequence[Document]) -> None:
        if len(documents) > MAX_BATCH:
            raise ValueError(f"At most {MAX_BATCH} documents a call.")
        with self._writer() as writer:
            for document in documents:
                writer.delete_documents_by_term(ID, document["id"])
                writer.add_document(to_row(document))

    def delete(self, ids: Sequence[str]) -> None:
        with self._writer() as writer:
            for document_id in ids:
                writer.delete_documents_by_term(ID, document_id)

    def delete_context(self, context_key: str) -> None:
        with self._writer() as writer:
            writer.delete_documents_by_term("context_key", context_key)

    def count(self) -> int:
        opened = self._open()
        return opened.index.searcher().num_docs if opened else 0

    def clear(self) -> None:
        with _failures_named(), self._lock(_LOCK):
            self._create()

    def documents_of(self, context_key: str) -> Iterator[Document]:
        opened = self._open()
        if opened is None:
            return
        with _failures_named():
            searcher = opened.index.searcher()
            asked = tantivy.Query.term_query(opened.index.schema, "context_key", context_key)
            found = searcher.search(asked, limit=max(1, searcher.num_docs))
            for _score, address in found.hits:
                yield from_row(searcher.doc(address))

    def spare(self) -> Self:
        return type(self)(self._folder, is_spare=True)

    def use_spare(self) -> None:
        spare = self.spare()
        with _failures_named(), self._lock(_LOCK), self._lock(_SPARE_LOCK):
            if spare._open() is None:
                raise SearchEngineError("There is no spare search index.")
            spare._link.replace(self._link)
            self._clean_up()

    def search(self, query: SearchQuery) -> SearchResult:
        opened = self._open()
        if opened is None or query.context_keys == frozenset():
            return SearchResult((), 0, {facet: {} for facet in query.facets})
        with _failures_named():
            searcher = opened.index.searcher()
            asked = build_query(opened.index.schema, query)
            total, addresses = _addresses(searcher, opened.index.schema, asked, query)
            facets, ranges = _facets(searcher, asked, query)
            return SearchResult(
                hits=[from_row(searcher.doc(address)) for address in addresses],
                total=total,
                facets=facets,
                ranges=ranges,
            )

    def browser_access(self) -> BrowserAccess | None:
        """Where the host has mounted our own Meilisearch HTTP; None if it has not."""
        try:
            url = reverse("meilisearch:root").rstrip("/")
        except NoReverseMatch:
            return None
        return BrowserAccess(url, index_name(), embedded_key.UID, embedded_key.current())

    def _open(self) -> _Opened | None:
        """The index as it is now; None where there is none."""
        with _failures_named():
            try:
                identity = (self._link / _IDENTITY_FILE).read_text()
            except FileNotFoundError:
                return None
            try:
                return self._open_at(identity)
            except ValueError:
                # It may have been replaced, and deleted, since its identity was read.
                identity_now = (self._link / _IDENTITY_FILE).read_text()
                if identity_now == identity:
                    raise
                return self._open_at(identity_now)

    def _open_at(self, identity: str) -> _Opened:
        opened = self._opened
        if opened is None or opened.identity != identity:
            index = tantivy.Index.open(str(self._folder / f"{_DATA}{identity}"))
            # Without a watching thread: that would not survive the forks of web servers and workers.
            index.config_reader(reload_policy="manual")
            opened = self._opened = _Opened(identity, index)
        opened.index.reload()
        return opened

    def _open_if_readable(self) -> _Opened | None:
        try:
            return self._open()
        except _DamagedIndexError:
            return None

    def _create(self) -> _Opened:
        """Put a new, empty index in place of whatever is there."""
        identity = uuid.uuid4().hex
        index_folder = self._folder / f"{_DATA}{identity}"
        index_folder.mkdir()
        tantivy.Index(make_schema(), path=str(index_folder))
        (index_folder / _IDENTITY_FILE).write_text(identity)
        new_link = self._folder / f"{_NEW_LINK}{identity}"
        new_link.symlink_to(index_folder.name)
        new_link.replace(self._link)
        self._clean_up()
        opened = self._open()
        assert opened is not None  # noqa: S101 - it was made in this function, under the lock
        return opened

    def _clean_up(self) -> None:
        """Remove indexes that no link of this version says to be in use, and what older versions left behind."""
        links = [self._folder / f"{name}{_VERSION}" for name in (_IN_USE, _SPARE)]
        kept = {name for link in links for name in (link.name, link.resolve().name)}
        for other in self._folder.iterdir():
            if other.name.startswith((_IN_USE, _SPARE, _DATA, _NEW_LINK)) and other.name not in kept:
                shutil.rmtree(other) if other.is_dir() and not other.is_symlink() else other.unlink()

    @contextmanager
    def _writer(self) -> Iterator[tantivy.IndexWriter]:
        """Write to the index, and commit unless there was an exception."""
        with _failures_named(), self._lock(self._lock_name):
            opened = self._open()
            if opened is None:
                raise SearchEngineError("There is no search index yet.")
            writer = opened.index.writer(_HEAP_BYTES, num_threads=1)
            try:
                yield writer
                writer.commit()
            finally:
                writer.wait_merging_threads()

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        """
        Keep others out, those of other processes too: of writing to the index or to the spare index, and of
        replacing the index. Raises EngineBusyError when they stay too long.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + patience(self.patience)
        with (self._folder / name).open("w") as lock_file:
            while True:
                try:
                    fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise EngineBusyError("Others are writing to the search index. Try again later.") from None
                    time.sleep(_RETRY_SECONDS)
            yield


@cache
def _engine_at[EngineT: EmbeddedEngine](engine_class: type[EngineT], folder: Path) -> EngineT:
    return engine_class(folder)


class _DamagedIndexError(SearchEngineError):
    """The files of the index are not what they should be. They can only be thrown away."""

    code = "search_index_damaged"


class _failures_named:  # noqa: N801 - used like a function
    """
    Gives errors of tantivy and of the file system our names.

    tantivy raises ValueError for everything, or a panic, which is no Exception and has no importable class. A
    system that has run out of something is no damage; tantivy repeats the error number in such messages.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if kind is None or issubclass(kind, SearchEngineError):
            return
        message = f"The search index cannot be used: {error}"
        is_damage = issubclass(kind, ValueError | NotADirectoryError) or kind.__name__ == "PanicException"
        if is_damage and "Os { code" not in message:
            raise _DamagedIndexError(message) from error
        if is_damage or issubclass(kind, OSError):
            raise SearchEngineError(message) from error


def _addresses(
    searcher: tantivy.Searcher, schema: tantivy.Schema, asked: tantivy.Query, query: SearchQuery
) -> tuple[int, Sequence[tantivy.DocAddress]]:
    """Count what there is to find, and find the wanted part of it."""
    limit = min(query.limit, searcher.num_docs - query.offset)
    if limit <= 0:
        return _count(searcher.search(asked, limit=1)), ()
    if query.sort:
        total, addresses = _first_sorted(searcher, schema, asked, query.sort, query.offset + limit)
        return total, addresses[query.offset :]
    found = searcher.search(asked, limit=limit, offset=query.offset)
    return _count(found), [address for _score, address in found.hits]


def _first_sorted(
    searcher: tantivy.Searcher, schema: tantivy.Schema, asked: tantivy.Query, sorts: Sequence[Sort], limit: int
) -> tuple[int, list[tantivy.DocAddress]]:
    """
    Count what there is to find, and find the first of it.

    tantivy sorts by one attribute. So those that share the last place of the first attribute are asked for once
    more, in the order of the others; those before them are few enough to be put into order here.
    """
    field, order = _order_field(sorts[0]), Order.Desc if sorts[0].descending else Order.Asc
    found = searcher.search(asked, limit=limit, order_by_field=field, order=order)
    total, hits = _count(found), list(found.hits)
    if len(sorts) == 1 or not hits:
        return total, [address for _value, address in hits]
    last_value = hits[-1][0]
    before = [(value, address) for value, address in hits if value != last_value]
    tied = tantivy.Query.boolean_query([(Occur.Must, asked), (Occur.Must, has_value(schema, field, last_value))])
    _total, last = _first_sorted(searcher, schema, tied, sorts[1:], limit - len(before))
    return total, [*_in_order(searcher, before, sorts[1:]), *last]


def _in_order(
    searcher: tantivy.Searcher, hits: Sequence[tuple[object, tantivy.DocAddress]], sorts: Sequence[Sort]
) -> list[tantivy.DocAddress]:
    """Put those that share a value, and so stand next to each other, into the order of other attributes."""
    ordered: list[tantivy.DocAddress] = []
    for _value, group in groupby(hits, key=itemgetter(0)):
        addresses = [address for _value, address in group]
        for sort in reversed(sorts if len(addresses) > 1 else ()):
            addresses = _sorted(searcher, addresses, sort)
        ordered.extend(addresses)
    return ordered


def _sorted(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress], sort: Sort) -> list[tantivy.DocAddress]:
    column = list(zip(_column(searcher, sort.attribute, addresses), addresses, strict=True))
    present = sorted((row for row in column if row[0] is not None), key=itemgetter(0), reverse=sort.descending)
    return [address for _value, address in (*present, *(row for row in column if row[0] is None))]


def _column(searcher: tantivy.Searcher, attribute: str, addresses: list[tantivy.DocAddress]) -> list[Any]:
    if attribute == "display_name":
        return [fold(from_row(searcher.doc(address)).get("display_name") or "") for address in addresses]
    return searcher.fast_field_values(attribute, addresses)


def _order_field(sort: Sort) -> str:
    return TITLE_ORDER if sort.attribute == "display_name" else sort.attribute


def _count(found: tantivy.SearchResult) -> int:
    count: int = found.count  # type: ignore[attr-defined]  # left out of tantivy's stubs
    return count


def _facets(
    searcher: tantivy.Searcher, asked: tantivy.Query, query: SearchQuery
) -> tuple[dict[str, dict[str, int]], dict[str, NumberRange]]:
    """Count the values of facets, and find the range of those that are numbers."""
    counted = [facet for facet in query.facets if facet in FILTERABLE_TEXTS or facet in NUMBERS]
    wanted: dict[str, Any] = {facet: {"terms": {"field": facet, "size": query.facet_limit}} for facet in counted}
    wanted |= {f"range of {facet}": {"stats": {"field": facet}} for facet in counted if facet in NUMBERS}
    answer = searcher.aggregate(asked, wanted) if wanted else {}
    values = {
        facet: {_facet_value(bucket["key"]): bucket["doc_count"] for bucket in answer[facet]["buckets"]}
        for facet in counted
    }
    stats = {facet: answer[f"range of {facet}"] for facet in counted if facet in NUMBERS}
    ranges = {facet: NumberRange(found["min"], found["max"]) for facet, found in stats.items() if found["count"]}
    return {facet: values.get(facet, {}) for facet in query.facets}, ranges


def _facet_value(key: str | float) -> str:
    return str(int(key)) if isinstance(key, float) and key.is_integer() else str(key)
