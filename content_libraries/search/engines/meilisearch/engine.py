"""
The Meilisearch search engine.

Meilisearch puts every write into a queue, as a task with a number. A call here waits until its task is done, so that
its documents are found when it returns. Meilisearch does tasks in the order of their numbers. So a call that gave up
waiting does no harm: the same documents, or newer ones, are written again after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Final, Self
from uuid import NAMESPACE_OID, UUID, uuid5

import requests
from django.utils.translation import gettext as _
from meilisearch import Client
from meilisearch.errors import MeilisearchApiError, MeilisearchError, MeilisearchTimeoutError
from meilisearch.index import Index
from meilisearch.models.key import Key
from meilisearch.models.task import TaskInfo
from pydantic import ValidationError

from .... import conf
from ...engine import (
    DOCUMENTS_VERSION,
    MAX_BATCH,
    BrowserAccess,
    Document,
    DocumentsRefusedError,
    EngineBusyError,
    SearchEngine,
    SearchEngineError,
    SearchQuery,
    SearchResult,
    index_name,
)
from ...waiting import patience
from .index_settings import INDEX_SETTINGS, PRIMARY_KEY, differing
from .queries import equals, search_parameters, search_result

SPARE_SUFFIX: Final = "_new"

_KEY_IS_THERE: Final = "api_key_already_exists"
_INDEX_IS_THERE: Final = "index_already_exists"
_NO_INDEX: Final = "index_not_found"
_NO_KEY: Final = "api_key_not_found"
_TOO_LARGE: Final = "payload_too_large"
_INVALID_REQUEST, _INTERNAL = "invalid_request", "internal"
"""Types of errors. An internal one may be about one document that the server cannot work with."""

_ABOUT_INDEXES: Final = ("index_", "invalid_index_", "missing_content_", "invalid_content_")
"""Prefixes of error codes that are not about documents."""

_POLL_MILLISECONDS: Final = 20

_compared: Final[set[tuple[str, str]]] = set()
"""URL and identity of the indexes whose settings this process has compared."""


_signing_keys: Final[dict[tuple[str, str, str], Key]] = {}
"""URL, key of the site, and index -> the key that signs tokens for browsers."""


class MeilisearchEngine(SearchEngine):
    """
    Args:
        url, api_key: URL and key of the server.
        index_name: the uid of the index. The spare index has the same with ``_new``.
    """

    answer_seconds: ClassVar[float] = 10.0
    """Seconds to wait for a response, unless ``waiting.patience`` allows less."""

    task_seconds: ClassVar[float] = 120.0
    """Seconds to wait until a task is done, unless ``waiting.patience`` allows less."""

    def __init__(self, url: str, *, api_key: str, index_name: str) -> None:
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._index_name = index_name

    @classmethod
    def from_settings(cls) -> Self:
        return cls(
            conf.MEILISEARCH_URL.value,
            api_key=conf.MEILISEARCH_API_KEY.value,
            index_name=index_name(),
        )

    def prepare(self) -> str:
        with _failures_named():
            info = self._info()
            if info is not None and info["primaryKey"] != PRIMARY_KEY:
                self._wait(self._index().delete())
                info = None
            if info is None:
                info = self._create()
            identity = f"{info['createdAt']} v{DOCUMENTS_VERSION}"
            if (self._url, identity) not in _compared:
                self._apply_settings()
                _compared.add((self._url, identity))
            return identity

    def update(self, documents: Sequence[Document]) -> None:
        if len(documents) > MAX_BATCH:
            raise ValueError(f"At most {MAX_BATCH} documents a call.")
        with _failures_named():
            try:
                tasks = list(self._send(documents))
            except MeilisearchApiError as error:
                if _is_too_large(error) or _is_about_documents(error.type, error.code):
                    raise DocumentsRefusedError(error.message) from error
                raise
            for task in tasks:
                self._wait(task, for_documents=True)

    def delete(self, ids: Sequence[str]) -> None:
        index = self._index()
        with _failures_named():
            # The client has deprecated its method for this, the server has not deprecated the request.
            answer = index.http.post(f"indexes/{self._index_name}/documents/delete-batch", list(ids))
            self._wait(TaskInfo(**answer))

    def delete_context(self, context_key: str) -> None:
        with _failures_named():
            self._wait(self._index().delete_documents(filter=equals("context_key", context_key)))

    def search(self, query: SearchQuery) -> SearchResult:
        nothing = SearchResult((), 0, {facet: {} for facet in query.facets})
        if query.context_keys == frozenset():
            return nothing
        with _failures_named():
            try:
                return search_result(self._index().search(query.q, search_parameters(query)), query)
            except MeilisearchApiError as error:
                if error.code == _NO_INDEX:
                    return nothing
                raise

    def count(self) -> int:
        with _failures_named():
            return self._index().get_stats().number_of_documents if self._info() else 0

    def clear(self) -> None:
        with _failures_named():
            if self._info() is not None:
                self._wait(self._index().delete())
            self._create()

    def browser_access(self) -> BrowserAccess:
        with _failures_named():
            signing = self._signing_key()
        url = conf.MEILISEARCH_PUBLIC_URL.value or self._url
        return BrowserAccess(url=url, index_name=self._index_name, key_uid=signing.uid, key=signing.key)

    def documents_of(self, context_key: str) -> Iterator[Document]:
        asked = {"filter": equals("context_key", context_key), "limit": MAX_BATCH}
        offset = total = 0
        with _failures_named():
            if self._info() is None:
                return
            while offset == 0 or offset < total:
                page = self._index().get_documents({**asked, "offset": offset})
                yield from map(dict, page.results)
                total, offset = page.total, offset + MAX_BATCH

    def spare(self) -> Self:
        return type(self)(self._url, api_key=self._api_key, index_name=self._index_name + SPARE_SUFFIX)

    def use_spare(self) -> None:
        spare = self.spare()
        with _failures_named():
            if spare._info() is None:
                raise SearchEngineError(_("There is no spare search index."))
            if self._info() is None:
                self._create()
            swap: list[Any] = [{"indexes": [self._index_name, spare._index_name]}]
            self._wait(self._client().swap_indexes(swap))
            self._wait(spare._index().delete())

    def _client(self) -> Client:
        seconds = patience(self.answer_seconds)
        if not seconds:
            raise EngineBusyError(_("Meilisearch took too long."))
        return Client(self._url, self._api_key, timeout=seconds)  # type: ignore[arg-type]  # requests takes fractions

    def _signing_key(self) -> Key:
        """
        Return the key that signs tokens. The server is asked for it once in a process.

        The master key does not sign tokens. A site with the master key uses it to make a key that may only search this
        index, and finds that key again by its uid.
        """
        place = (self._url, self._api_key, self._index_name)
        if place not in _signing_keys:
            client = self._client()
            try:
                _signing_keys[place] = client.get_key(self._api_key)
            except MeilisearchApiError as error:
                if error.code != _NO_KEY:
                    raise
                _signing_keys[place] = _search_key(client, self._index_name)
        return _signing_keys[place]

    def _index(self) -> Index:
        return self._client().index(self._index_name)

    def _info(self) -> dict[str, Any] | None:
        try:
            return self._client().get_raw_index(self._index_name)
        except MeilisearchApiError as error:
            if error.code == _NO_INDEX:
                return None
            raise

    def _create(self) -> dict[str, Any]:
        """
        Create the index, and return the server's description of it.

        Another process may create it at the same time.
        """
        self._wait(
            self._client().create_index(self._index_name, {"primaryKey": PRIMARY_KEY}), done_anyway=_INDEX_IS_THERE
        )
        self._wait(self._index().update_settings(dict(INDEX_SETTINGS)))
        info = self._info()
        if info is None:
            raise SearchEngineError(_("Meilisearch has lost an index that it has just made."))
        return info

    def _apply_settings(self) -> None:
        """Correct the settings of the index. Existing documents stay, and are indexed anew."""
        if wanted := differing(self._index().http.get(f"indexes/{self._index_name}/settings")):
            self._wait(self._index().update_settings(wanted))

    def _send(self, documents: Sequence[Document]) -> Iterator[TaskInfo]:
        """Send documents, in smaller parts if the server says that they are too large together."""
        try:
            yield self._index().add_documents(documents)
        except MeilisearchApiError as error:
            if not _is_too_large(error) or len(documents) == 1:
                raise
            half = len(documents) // 2
            yield from self._send(documents[:half])
            yield from self._send(documents[half:])

    def _wait(self, task: TaskInfo, *, done_anyway: str | None = None, for_documents: bool = False) -> None:
        """
        Wait until a task is done.

        Args:
            task: the server's response, which names the task in its queue.
            done_anyway: code of the failure that means that another process has done it.
            for_documents: whether the task adds documents; DocumentsRefusedError is raised if they may have caused a
                failure.

        Raises SearchEngineError if it failed, EngineBusyError if it takes too long.
        """
        milliseconds = int(patience(self.task_seconds) * 1000)
        done = self._client().wait_for_task(
            task.task_uid, timeout_in_ms=milliseconds, interval_in_ms=_POLL_MILLISECONDS
        )
        error = done.error or {}
        if done.status == "succeeded" or (done_anyway is not None and error.get("code") == done_anyway):
            return
        text = _("Meilisearch could not do what it was asked (%(task)s): %(reason)s") % {
            "task": done.type,
            "reason": error.get("message", _("it was canceled")),
        }
        is_certain = _is_about_documents(error.get("type"), error.get("code"))
        if for_documents and (is_certain or error.get("type") == _INTERNAL):
            raise DocumentsRefusedError(text, is_certain=is_certain)
        raise SearchEngineError(text)


def _is_too_large(error: MeilisearchApiError) -> bool:
    """Return whether a request body was too large for Meilisearch, or for a proxy in front of it."""
    return error.code == _TOO_LARGE or error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def _is_about_documents(error_type: str | None, code: str | None) -> bool:
    """Return whether an error is the fault of documents, and not of the server, the index or the key."""
    return error_type == _INVALID_REQUEST and not (code or "").startswith(_ABOUT_INDEXES)


def _search_key(client: Client, index_name: str) -> Key:
    """Return the key that may search an index and nothing else. Create it if it does not exist."""
    uid = str(UUID(bytes=uuid5(NAMESPACE_OID, index_name).bytes, version=4))  # Meilisearch takes that version only
    name = f"Searches of browsers in {index_name}"
    try:
        return client.create_key(
            {"uid": uid, "name": name, "actions": ["search"], "indexes": [index_name], "expiresAt": None}
        )
    except MeilisearchApiError as error:
        if error.code != _KEY_IS_THERE:
            raise
        return client.get_key(uid)


class _failures_named:  # noqa: N801 - used like a function
    """Replaces errors of the client, of the connection and of malformed responses by errors of this room."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, MeilisearchTimeoutError):
            raise EngineBusyError(_("Meilisearch took too long.")) from error
        if isinstance(error, MeilisearchError):
            raise SearchEngineError(_("Meilisearch cannot be used: %(error)s") % {"error": error.message}) from error
        if isinstance(error, requests.RequestException | ValidationError | KeyError | TypeError):
            raise SearchEngineError(_("Meilisearch cannot be used: %(error)s") % {"error": error}) from error
