"""
A small server that stands in for Meilisearch where there is none.

It speaks the part of Meilisearch's HTTP API that is described in ``meilisearch_api``, refuses every request that does
not match it, and keeps documents in memory. Like the original, it puts writes into a queue and does them later: here
when somebody asks for the task, so that who does not wait does not find what was written. It finds words as they
are, without typos and without ranking.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, ClassVar

from jsonschema import Draft202012Validator

from content_libraries.search.engine import values_at

from .meilisearch_api import REQUESTS

KEY = "a-key-of-the-test"
KEY_UID = "01234567-89ab-4cde-8f01-23456789abcd"
MASTER_KEY = "the-master-key-of-the-test"
MOMENT = "2025-01-02T03:04:05.000000Z"
SITE_KEY: Mapping[str, Any] = {
    "uid": KEY_UID,
    "key": KEY,
    "name": None,
    "description": None,
    "actions": ["*"],
    "indexes": ["*"],
    "expiresAt": None,
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
}
DEFAULTS: dict[str, Any] = {
    "filterableAttributes": [],
    "searchableAttributes": ["*"],
    "sortableAttributes": [],
    "rankingRules": ["words", "typo", "proximity", "attribute", "sort", "exactness"],
    "distinctAttribute": None,
}

type Json = Any


class ApiError(Exception):
    """An answer that is an error, as Meilisearch words it."""

    def __init__(self, status: int, code: str, message: str = "", *, kind: str = "invalid_request") -> None:
        super().__init__(message or code)
        self.status, self.code, self.kind = status, code, kind


@dataclass
class StoredIndex:
    """An index: when it was made, its settings, its documents."""

    created_at: str
    primary_key: str | None
    settings: dict[str, Any] = field(default_factory=lambda: dict(DEFAULTS))
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class StoredTask:
    """A write in the queue."""

    kind: str
    index_uid: str | None
    work: Callable[[], None]
    status: str = "enqueued"
    error: dict[str, str] | None = None


@dataclass
class Meilisearch:
    """
    What the server knows, and what a test makes it do.

    Args:
        requests: what was asked, method and route.
        is_stuck: nothing in the queue is done.
        is_full: what is done fails, because the disk is full.
        payload_limit: the largest body in bytes.
        is_silent: requests are not answered until ``wake`` is set.
        refuses: usage keys of documents that it does not take, unless they come without their content.
        refusal: type of the error then.
    """

    indexes: dict[str, StoredIndex] = field(default_factory=dict)
    tasks: list[StoredTask] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_stuck: bool = False
    is_full: bool = False
    is_silent: bool = False
    payload_limit: int = 100_000_000
    refuses: set[str] = field(default_factory=set)
    refusal: str = "invalid_request"
    wake: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)
    keys: list[dict[str, Any]] = field(default_factory=lambda: [dict(SITE_KEY)])
    url: str = ""

    def answer(self, method: str, route: str, names: dict[str, str], body: Json) -> tuple[int, Json]:
        with self.lock:
            handler = _HANDLERS[method, route]
            name = names.get("uid") or names.get("key", "")
            return handler(self, name, body if "number" not in names else int(names["number"]))

    def index(self, uid: str) -> StoredIndex:
        if uid not in self.indexes:
            raise ApiError(404, "index_not_found", f"Index `{uid}` not found.")
        return self.indexes[uid]

    def enqueue(self, kind: str, uid: str | None, work: Callable[[], None]) -> tuple[int, Json]:
        self.tasks.append(StoredTask(kind, uid, work))
        answer = {"taskUid": len(self.tasks) - 1, "indexUid": uid, "status": "enqueued", "type": kind}
        return 202, {**answer, "enqueuedAt": MOMENT}

    def work_until(self, number: int) -> None:
        """Do what is in the queue, in its order, up to a task."""
        for task in self.tasks[: number + 1]:
            if task.status == "enqueued":
                self._work(task)

    def _work(self, task: StoredTask) -> None:
        try:
            if self.is_full:
                text = "There is no more space left on the device."
                raise ApiError(422, "no_space_left_on_device", text, kind="system")
            task.work()
            task.status = "succeeded"
        except ApiError as error:
            task.status = "failed"
            task.error = {"message": str(error), "code": error.code, "type": error.kind, "link": ""}


def _get_index(server: Meilisearch, uid: str, _body: Json) -> tuple[int, Json]:
    index = server.index(uid)
    moment = index.created_at
    return 200, {"uid": uid, "createdAt": moment, "updatedAt": moment, "primaryKey": index.primary_key}


def _create_index(server: Meilisearch, _uid: str, body: Json) -> tuple[int, Json]:
    uid = body["uid"]

    def work() -> None:
        if uid in server.indexes:
            raise ApiError(409, "index_already_exists", f"Index `{uid}` already exists.")
        created_at = f"2025-01-02T03:04:05.{len(server.tasks):06}Z"
        server.indexes[uid] = StoredIndex(created_at, body.get("primaryKey"))

    return server.enqueue("indexCreation", uid, work)


def _delete_index(server: Meilisearch, uid: str, _body: Json) -> tuple[int, Json]:
    def work() -> None:
        server.index(uid)
        del server.indexes[uid]

    return server.enqueue("indexDeletion", uid, work)


def _stats(server: Meilisearch, uid: str, _body: Json) -> tuple[int, Json]:
    count = len(server.index(uid).documents)
    return 200, {"numberOfDocuments": count, "isIndexing": False, "fieldDistribution": {}}


def _get_settings(server: Meilisearch, uid: str, _body: Json) -> tuple[int, Json]:
    settings = server.index(uid).settings
    # Sets come back in an order of the server's own.
    return 200, {**settings, "filterableAttributes": sorted(settings["filterableAttributes"]), "synonyms": {}}


def _set_settings(server: Meilisearch, uid: str, body: Json) -> tuple[int, Json]:
    return server.enqueue("settingsUpdate", uid, lambda: server.index(uid).settings.update(body))


def _add_documents(server: Meilisearch, uid: str, body: Json) -> tuple[int, Json]:
    def work() -> None:
        if any(document["usage_key"] in server.refuses and "content" in document for document in body):
            raise ApiError(400, "invalid_document_fields", "A document has fields.", kind=server.refusal)
        index = server.indexes.setdefault(uid, StoredIndex(MOMENT, None))
        index.documents.update({document["id"]: document for document in body})

    return server.enqueue("documentAdditionOrUpdate", uid, work)


def _delete_batch(server: Meilisearch, uid: str, body: Json) -> tuple[int, Json]:
    def work() -> None:
        for document_id in body:
            server.index(uid).documents.pop(document_id, None)

    return server.enqueue("documentDeletion", uid, work)


def _delete_by_filter(server: Meilisearch, uid: str, body: Json) -> tuple[int, Json]:
    def work() -> None:
        index = server.index(uid)
        for document in list(_matching(index, body["filter"])):
            del index.documents[document["id"]]

    return server.enqueue("documentDeletion", uid, work)


def _fetch(server: Meilisearch, uid: str, body: Json) -> tuple[int, Json]:
    found = list(_matching(server.index(uid), body.get("filter", [])))
    offset, limit = body.get("offset", 0), body.get("limit", 20)
    return 200, {"results": found[offset : offset + limit], "offset": offset, "limit": limit, "total": len(found)}


def _search(server: Meilisearch, uid: str, body: Json) -> tuple[int, Json]:
    index = server.index(uid)
    words = (body.get("q") or "").lower().split()
    found = [hit for hit in _matching(index, body.get("filter", [])) if _has_words(index, hit, words)]
    for rule in reversed(body.get("sort", [])):
        attribute, direction = rule.split(":")
        if attribute not in index.settings["sortableAttributes"]:
            raise ApiError(400, "invalid_search_sort", f"Attribute `{attribute}` is not sortable.")
        found = _sorted(found, attribute, descending=direction == "desc")
    offset, limit = body.get("offset", 0), body.get("limit", 20)
    return 200, {
        "hits": found[offset : offset + limit],
        "query": body.get("q") or "",
        "processingTimeMs": 0,
        "offset": offset,
        "limit": limit,
        "estimatedTotalHits": len(found),
        "facetDistribution": {facet: _counted(found, facet) for facet in body.get("facets", [])},
    }


def _swap(server: Meilisearch, _uid: str, body: Json) -> tuple[int, Json]:
    def work() -> None:
        for first, second in (pair["indexes"] for pair in body):
            one, other = server.index(first), server.index(second)
            server.indexes[first], server.indexes[second] = other, one

    return server.enqueue("indexSwap", None, work)


def _task(server: Meilisearch, _uid: str, number: int) -> tuple[int, Json]:
    task = server.tasks[number]
    status = "processing" if task.status == "enqueued" and not server.is_stuck else task.status
    answer = {"uid": number, "indexUid": task.index_uid, "status": status, "type": task.kind}
    if not server.is_stuck:
        server.work_until(number)  # who asks again gets to know that it is done
    return 200, {**answer, "error": task.error, "enqueuedAt": MOMENT}


def _get_key(server: Meilisearch, uid_or_key: str, _body: Json) -> tuple[int, Json]:
    for key in server.keys:
        if uid_or_key in (key["uid"], key["key"]):
            return 200, key
    raise ApiError(404, "api_key_not_found", f"API key `{uid_or_key}` not found.")  # so the master key, too


def _create_key(server: Meilisearch, _uid: str, body: Json) -> tuple[int, Json]:
    if any(key["uid"] == body["uid"] for key in server.keys):
        raise ApiError(409, "api_key_already_exists", f"`uid` field value `{body['uid']}` is already an API key.")
    value = hmac.new(MASTER_KEY.encode(), body["uid"].encode(), sha256).hexdigest()
    server.keys.append(body | {"key": value, "description": None, "createdAt": MOMENT, "updatedAt": MOMENT})
    return 201, server.keys[-1]


_HANDLERS: dict[tuple[str, str], Callable[[Meilisearch, str, Any], tuple[int, Json]]] = {
    ("GET", "/keys/{key}"): _get_key,
    ("POST", "/keys"): _create_key,
    ("GET", "/indexes/{uid}"): _get_index,
    ("POST", "/indexes"): _create_index,
    ("DELETE", "/indexes/{uid}"): _delete_index,
    ("GET", "/indexes/{uid}/stats"): _stats,
    ("GET", "/indexes/{uid}/settings"): _get_settings,
    ("PATCH", "/indexes/{uid}/settings"): _set_settings,
    ("POST", "/indexes/{uid}/documents"): _add_documents,
    ("POST", "/indexes/{uid}/documents/delete-batch"): _delete_batch,
    ("POST", "/indexes/{uid}/documents/delete"): _delete_by_filter,
    ("POST", "/indexes/{uid}/documents/fetch"): _fetch,
    ("POST", "/indexes/{uid}/search"): _search,
    ("POST", "/swap-indexes"): _swap,
    ("GET", "/tasks/{number}"): _task,
}

_ONE_VALUE = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_CONDITION = re.compile(rf"(?P<attribute>[\w.]+) (?:= (?P<one>{_ONE_VALUE})|IN \[(?P<many>.*)\])", re.DOTALL)


def _matching(index: StoredIndex, conditions: Json) -> Iterator[dict[str, Any]]:
    parsed = [_parsed(index, text) for text in ([conditions] if isinstance(conditions, str) else conditions)]
    for document in index.documents.values():
        if all(values & set(map(str, values_at(document, attribute))) for attribute, values in parsed):
            yield document


def _parsed(index: StoredIndex, condition: str) -> tuple[str, set[str]]:
    """The attribute, and the values that it may have."""
    match = _CONDITION.fullmatch(condition)
    if match is None:
        raise ApiError(400, "invalid_search_filter", f"`{condition}` is not understood.")
    if match["attribute"] not in index.settings["filterableAttributes"]:
        raise ApiError(400, "invalid_search_filter", f"Attribute `{match['attribute']}` is not filterable.")
    literals = re.findall(_ONE_VALUE, match["one"] or match["many"])
    return match["attribute"], {literal[1:-1].replace(f"\\{literal[0]}", literal[0]) for literal in literals}


def _has_words(index: StoredIndex, document: dict[str, Any], words: list[str]) -> bool:
    texts = [str(value) for name in index.settings["searchableAttributes"] for value in values_at(document, name)]
    return all(any(word in text.lower() for text in texts) for word in words)


def _sorted(documents: list[dict[str, Any]], attribute: str, *, descending: bool) -> list[dict[str, Any]]:
    present = [document for document in documents if document.get(attribute) is not None]
    present.sort(key=lambda document: _order(document[attribute]), reverse=descending)
    return [*present, *(document for document in documents if document.get(attribute) is None)]


def _order(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _counted(documents: list[dict[str, Any]], facet: str) -> dict[str, int]:
    values = [str(value) for document in documents for value in values_at(document, facet)]
    return {value: values.count(value) for value in dict.fromkeys(values)}


class _Handler(BaseHTTPRequestHandler):
    server_of_test: ClassVar[Meilisearch]

    def _respond(self) -> None:
        if self.server_of_test.is_silent:
            self.server_of_test.wake.wait(30)
            return
        try:
            status, body = self._answer()
        except ApiError as error:
            told = {"message": str(error), "code": error.code, "type": error.kind, "link": ""}
            status, body = error.status, told
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PATCH = do_DELETE = _respond  # noqa: N815 - as in the base class

    def _answer(self) -> tuple[int, Json]:
        server = self.server_of_test
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if bearer != MASTER_KEY and (bearer != KEY or (self.command, self.path) == ("POST", "/keys")):
            raise ApiError(403, "invalid_api_key", "The provided API key is invalid.", kind="auth")
        if (found := _route_of(self.command, self.path)) is None:
            raise self._fault("not_found", f"{self.command} {self.path} is not described.")
        route, names = found
        server.requests.append((self.command, route))
        if len(content) > server.payload_limit:
            raise ApiError(413, "payload_too_large", "The provided payload reached the size limit.")
        if self.command in ("POST", "PATCH") and self.headers.get("Content-Type") != "application/json":
            raise self._fault("invalid_content_type")
        body = json.loads(content) if content and content != b"null" else None
        if re.search(r"[\ud800-\udfff]", json.dumps(body, ensure_ascii=False)):
            raise ApiError(400, "malformed_payload", "lone leading surrogate in hex escape at line 1 column 9")
        if errors := list(Draft202012Validator(REQUESTS[self.command, route]).iter_errors(body)):
            raise self._fault("bad_request", f"{self.command} {route}: {errors[0].message}")
        return server.answer(self.command, route, names, body)

    def _fault(self, code: str, message: str = "") -> ApiError:
        self.server_of_test.faults.append(message or code)
        return ApiError(400, code, message)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in the base class
        """Say nothing."""


def _route_of(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    for known_method, route in REQUESTS:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/?]+)", route)
        if known_method == method and (match := re.fullmatch(pattern, path)):
            return route, match.groupdict()
    return None


@contextmanager
def serving() -> Iterator[Meilisearch]:
    """Run a server. At the end all requests must have been ones that Meilisearch understands."""
    state = Meilisearch()
    handler = type("_HandlerOfTest", (_Handler,), {"server_of_test": state})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{http.server_address[1]}"
    Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield state
    finally:
        state.wake.set()
        http.shutdown()
        http.server_close()
    assert state.faults == []
