"""
The part of Meilisearch's HTTP API that indexing and searching use, as JSON schemas of the requests.

From the reference of Meilisearch 1.x (routes indexes, settings, documents, search, swap-indexes, tasks, stats, keys).
They are strict: what is not described here is refused, so that a request that the real server would not understand
fails.
"""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT, "uniqueItems": True}
_COUNT = {"type": "integer", "minimum": 0}
_FILTER = {"oneOf": [_TEXT, {"type": "array", "items": {"oneOf": [_TEXT, _TEXTS]}}]}
_UID = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,400}$"}
_DOCUMENT_ID = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,511}$"}


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


NO_BODY: dict[str, Any] = {"type": "null"}

REQUESTS: dict[tuple[str, str], dict[str, Any]] = {
    ("GET", "/keys/{key}"): NO_BODY,
    ("POST", "/keys"): _object(
        "actions",
        "indexes",
        "expiresAt",
        uid={"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"},
        name={"type": ["string", "null"]},
        description={"type": ["string", "null"]},
        actions=_TEXTS,
        indexes=_TEXTS,
        expiresAt={"type": ["string", "null"]},
    ),
    ("GET", "/indexes/{uid}"): NO_BODY,
    ("POST", "/indexes"): _object("uid", uid=_UID, primaryKey={"type": ["string", "null"]}),
    ("DELETE", "/indexes/{uid}"): NO_BODY,
    ("GET", "/indexes/{uid}/stats"): NO_BODY,
    ("GET", "/indexes/{uid}/settings"): NO_BODY,
    ("PATCH", "/indexes/{uid}/settings"): _object(
        filterableAttributes=_TEXTS,
        searchableAttributes=_TEXTS,
        sortableAttributes=_TEXTS,
        rankingRules={
            "type": "array",
            "items": {
                "anyOf": [
                    {"enum": ["words", "typo", "proximity", "attribute", "sort", "exactness"]},
                    {"type": "string", "pattern": "^.+:(asc|desc)$"},
                ]
            },
        },
        distinctAttribute={"type": ["string", "null"]},
    ),
    ("POST", "/indexes/{uid}/documents"): {
        "type": "array",
        "items": {"type": "object", "required": ["id"], "properties": {"id": _DOCUMENT_ID}},
    },
    ("POST", "/indexes/{uid}/documents/delete-batch"): {"type": "array", "items": _DOCUMENT_ID},
    ("POST", "/indexes/{uid}/documents/delete"): _object("filter", filter=_FILTER),
    ("POST", "/indexes/{uid}/documents/fetch"): _object(
        offset=_COUNT, limit=_COUNT, fields=_TEXTS, filter=_FILTER, ids={"type": "array", "items": _DOCUMENT_ID}
    ),
    ("POST", "/indexes/{uid}/search"): _object(
        q={"type": ["string", "null"]},
        offset=_COUNT,
        limit=_COUNT,
        filter=_FILTER,
        facets=_TEXTS,
        sort={"type": "array", "items": {"type": "string", "pattern": "^.+:(asc|desc)$"}},
        matchingStrategy={"enum": ["last", "all", "frequency"]},
    ),
    ("POST", "/swap-indexes"): {
        "type": "array",
        "items": _object("indexes", indexes={"type": "array", "items": _UID, "minItems": 2, "maxItems": 2}),
    },
    ("GET", "/tasks/{number}"): NO_BODY,
}
