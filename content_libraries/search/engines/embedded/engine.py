"""
The embedded search engine: a tantivy index in a folder that the processes of a site share.

Readers are never blocked, and see all committed documents. One process writes at a time; the others wait for it, but
not for long. The index is disposable: an unreadable index is replaced by an empty one, whose new identity makes the
next catch-up fill it again.
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
from pathlib import Path
from typing import ClassVar, Final, Self, overload

import tantivy
from django.utils.translation import gettext as _

from .... import conf
from ...engine import (
    DOCUMENTS_VERSION,
    MAX_BATCH,
    Document,
    DocumentsRefusedError,
    EngineBusyError,
    SearchEngine,
    SearchEngineError,
    SearchQuery,
    SearchResult,
)
from ...waiting import patience
from .queries import build_query
from .schema import ID, SCHEMA_VERSION, from_row, make_schema, to_row
from .searching import count_facets, find_addresses

_HEAP_BYTES: Final = 50_000_000
_IDENTITY_FILE: Final = "identity"
_COMMIT_FILE: Final = "meta.json"
"""The file that tantivy replaces at each commit."""

_VERSION: Final = f"{DOCUMENTS_VERSION}.{SCHEMA_VERSION}"
_IN_USE, _SPARE, _DATA, _NEW_LINK = "index-v", "spare-v", "data-", "link-"
"""Prefixes of names: the link to the index, the link to the spare index, indexes, and links being made."""

_LOCK, _SPARE_LOCK = "lock", "spare.lock"
_RETRY_SECONDS: Final = 0.01
_REMOVALS: Final = 3


@dataclass(frozen=True, slots=True)
class _Opened:
    identity: str
    index: tantivy.Index


class EmbeddedEngine(SearchEngine):
    """
    Keeps indexes in a folder.

    Each index is a folder with its identity as name. A link, which has the version in its name, leads to the index in
    use, and another link leads to the spare one. So an index is put into use by replacing a link.

    Args:
        folder: where the indexes live, the links, and the lock files.
        is_spare: whether this is the spare index.
    """

    patience: ClassVar[float] = 5.0
    """Seconds to wait for other writers, unless ``waiting.patience`` allows less."""

    def __init__(self, folder: Path, *, is_spare: bool = False) -> None:
        self._folder = folder
        self._lock_name = _SPARE_LOCK if is_spare else _LOCK
        self._link = folder / f"{_SPARE if is_spare else _IN_USE}{_VERSION}"
        self._opened: _Opened | None = None
        self._commit_seen: tuple[int, int, int] | None = None

    @classmethod
    def from_settings(cls) -> Self:
        engine: Self = _engine_at(cls, Path(conf.SEARCH_INDEX_DIR.value).absolute())
        return engine

    def prepare(self) -> str:
        opened = self._open_if_readable()
        if opened is None:
            with _failures_named(), self._lock(_LOCK):
                # Another process may have created the index meanwhile.
                opened = self._open_if_readable() or self._create()
        return opened.identity

    def update(self, documents: Sequence[Document]) -> None:
        if len(documents) > MAX_BATCH:
            raise ValueError(f"At most {MAX_BATCH} documents a call.")
        rows = _rows(documents)
        with self._writer() as writer:
            for document_id, row in rows.items():
                writer.delete_documents_by_term(ID, document_id)
                writer.add_document(row)

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
                raise SearchEngineError(_("There is no spare search index."))
            spare._link.replace(self._link)
            self._clean_up()

    def search(self, query: SearchQuery) -> SearchResult:
        opened = self._open()
        if opened is None or query.context_keys == frozenset():
            return SearchResult((), 0, {facet: {} for facet in query.facets})
        with _failures_named():
            searcher = opened.index.searcher()
            schema = opened.index.schema
            matching = build_query(schema, query, ranked=False)
            in_best_order = bool(query.q.strip()) and query.limit > 0 and not query.sort
            asked = build_query(schema, query) if in_best_order else matching
            total, addresses = find_addresses(searcher, schema, asked, query)
            facets, ranges = count_facets(searcher, matching, query)
            return SearchResult(
                hits=_Hits(searcher, addresses),
                total=total,
                facets=facets,
                ranges=ranges,
            )

    def _open(self) -> _Opened | None:
        """Return the current index, or None."""
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
            # Without a watching thread, which would not survive the forks of web servers and workers.
            index.config_reader(reload_policy="manual")
            opened = self._opened = _Opened(identity, index)
            self._commit_seen = None
        # Reloading takes as long as a query, so it is done only after a commit. The last commit is identified before
        # the reload: if another one follows meanwhile, the next call reloads again.
        commit = self._last_commit(identity)
        if commit is None or commit != self._commit_seen:
            opened.index.reload()
            self._commit_seen = commit
        return opened

    def _last_commit(self, identity: str) -> tuple[int, int, int] | None:
        """Identify the last commit by its file, which each commit replaces. None if there is no such file."""
        try:
            stat = (self._folder / f"{_DATA}{identity}" / _COMMIT_FILE).stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _open_if_readable(self) -> _Opened | None:
        try:
            return self._open()
        except _DamagedIndexError:
            return None

    def _create(self) -> _Opened:
        """Replace the current index, if any, by a new, empty one."""
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
        """Remove indexes that no link of this version leads to, and files that older versions left behind."""
        links = [self._folder / f"{name}{_VERSION}" for name in (_IN_USE, _SPARE)]
        kept = {name for link in links for name in (link.name, link.resolve().name)}
        for other in self._folder.iterdir():
            if other.name.startswith((_IN_USE, _SPARE, _DATA, _NEW_LINK)) and other.name not in kept:
                _remove_folder(other) if other.is_dir() and not other.is_symlink() else other.unlink()

    @contextmanager
    def _writer(self) -> Iterator[tantivy.IndexWriter]:
        """Write to the index, and commit unless there was an exception."""
        with _failures_named(), self._lock(self._lock_name):
            opened = self._open()
            if opened is None:
                raise SearchEngineError(_("There is no search index yet."))
            writer = opened.index.writer(_HEAP_BYTES, num_threads=1)
            try:
                yield writer
                writer.commit()
            finally:
                writer.wait_merging_threads()

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        """
        Keep other threads and processes from writing to an index or replacing it.

        Raises EngineBusyError if they hold the lock for too long.
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
                        raise EngineBusyError(_("Others are writing to the search index. Try again later.")) from None
                    time.sleep(_RETRY_SECONDS)
            yield


class _Hits(Sequence[Document]):
    """Documents that are read one by one, on request, because all at once may not fit into memory."""

    def __init__(self, searcher: tantivy.Searcher, addresses: Sequence[tantivy.DocAddress]) -> None:
        self._searcher = searcher
        self._addresses = addresses

    def __len__(self) -> int:
        return len(self._addresses)

    @overload
    def __getitem__(self, place: int) -> Document: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Document]: ...

    def __getitem__(self, place: int | slice) -> Document | Sequence[Document]:
        if isinstance(place, slice):
            return _Hits(self._searcher, self._addresses[place])
        with _failures_named():
            return from_row(self._searcher.doc(self._addresses[place]))


def _rows(documents: Sequence[Document]) -> dict[str, tantivy.Document]:
    """
    Convert documents to rows of the index, by document id.

    Raises DocumentsRefusedError if some cannot be converted.
    """
    rows, refused = {}, {}
    for document in documents:
        try:
            rows[document["id"]] = to_row(document)
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            refused[document["id"]] = str(error)
    if refused:
        text = _("The search index cannot hold %(count)s of the documents.") % {"count": len(refused)}
        raise DocumentsRefusedError(text, reasons=refused)
    return rows


@cache
def _engine_at[EngineT: EmbeddedEngine](engine_class: type[EngineT], folder: Path) -> EngineT:
    return engine_class(folder)


def _remove_folder(folder: Path) -> None:
    """
    Remove the folder of an index.

    A reader may put a lock file there at this moment; a folder that stays for that reason is removed with the next
    index.
    """
    for _attempt in range(_REMOVALS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


class _DamagedIndexError(SearchEngineError):
    """The files of the index are damaged, so that they can only be thrown away."""

    code = "search_index_damaged"


class _failures_named:  # noqa: N801 - used like a function
    """
    Replaces errors of tantivy and of the file system by errors of this room.

    tantivy raises ValueError for every failure, or a panic, which is no Exception and has no importable class. A system
    that has run out of disk space or memory has no damaged index; tantivy repeats the system's error number in its
    messages.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if kind is None or issubclass(kind, SearchEngineError):
            return
        message = _("The search index cannot be used: %(error)s") % {"error": error}
        is_damage = issubclass(kind, ValueError | NotADirectoryError) or kind.__name__ == "PanicException"
        if is_damage and "Os { code" not in message:
            raise _DamagedIndexError(message) from error
        if is_damage or issubclass(kind, OSError):
            raise SearchEngineError(message) from error
