"""
Every endpoint of the app, as the URLs say, with a request to each that succeeds where it is allowed.

What is read from the URLs cannot be forgotten here: a new endpoint fails the tests that go through all of them
until it has a row in their tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admindocs.utils import replace_named_groups, replace_unnamed_groups
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("get", "post", "put", "patch", "delete")

type Endpoint = tuple[str, str]
"""A method and a path with its arguments in angle brackets: ``("GET", "/api/libraries/v2/<lib_key>/")``."""


@dataclass(frozen=True, slots=True)
class Example:
    """
    A request that succeeds.

    Args:
        body: what is sent.
        query: the query string.
        multipart: whether the body is a form with files.
        arguments: what differs from the usual arguments of the URL; may name other arguments.
    """

    body: Mapping[str, Any] | None = None
    query: str = ""
    multipart: bool = False
    arguments: Mapping[str, str] | None = None


def endpoints(urlconf: str = "content_libraries.urls") -> Iterator[Endpoint]:
    """Every method of every path of a URL configuration."""
    for path, pattern in _patterns(get_resolver(urlconf)):
        for method in _methods(pattern.callback):
            yield method.upper(), path


def _patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        path = prefix + _readable(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, path)
        else:
            yield path, pattern


def _readable(route: str) -> str:
    """``^taxonomies/(?P<pk>-?\\d+)/$`` and ``<str:lib_key>/`` without what is for machines."""
    plain = replace_unnamed_groups(replace_named_groups(route)).strip("^$").replace("\\", "").lstrip("/")
    parts = [part.split(">", maxsplit=1) for part in plain.split("<")]
    return parts[0][0] + "".join(f"<{part[0].rpartition(':')[2]}>{part[1]}" for part in parts[1:])


def _methods(view: Any) -> list[str]:
    if actions := getattr(view, "actions", None):
        return [method for method in METHODS if method in actions]
    return [method for method in METHODS if method in view.cls.http_method_names and hasattr(view.cls, method)]


PROBLEM = "lb:CL-TEST:lib1:problem:p1"
UNIT = "lct:CL-TEST:lib1:unit:u1"
USUAL_ARGUMENTS = {
    "lib_key": "lib:CL-TEST:lib1",
    "usage_key": PROBLEM,
    "container_key": UNIT,
    "collection_code": "c1",
    "username": "member",
    "group_name": "Team",
    "path": "static/pic.png",
    "object_id": PROBLEM,
    "object_id_pattern": PROBLEM,
    "file_ext": "json",
}
"""Argument of a URL -> what it is in the examples; the tests add what only the database knows."""


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("tags.json", b'{"name": "T", "tags": []}', content_type="application/json")


LIBRARIES = "/api/libraries/v2/"
BLOCK = f"{LIBRARIES}blocks/<usage_key>/"
CONTAINER = f"{LIBRARIES}containers/<container_key>/"
LIBRARY = f"{LIBRARIES}<lib_key>/"
TAGGING = "/api/content_tagging/v1/"
TAXONOMY = f"{TAGGING}taxonomies/<pk>/"

EXAMPLES: Mapping[Endpoint, Example] = {
    ("POST", LIBRARIES): Example({"org": "CL-TEST", "slug": "new", "title": "T", "description": ""}),
    ("PATCH", LIBRARY): Example({"title": "New"}),
    ("POST", f"{LIBRARY}blocks/"): Example({"block_type": "html", "definition_id": "new"}),
    ("POST", f"{LIBRARY}containers/"): Example({"container_type": "unit", "display_name": "New"}),
    ("POST", f"{LIBRARY}team/"): Example({"email": "other@example.com", "access_level": "read"}),
    ("PUT", f"{LIBRARY}team/user/<username>/"): Example({"access_level": "author"}),
    ("PUT", f"{LIBRARY}team/group/<group_name>/"): Example({"access_level": "read"}),
    ("GET", f"{LIBRARY}publish_history_entries/"): Example(
        query="scope_entity_key=<usage_key>&publish_log_uuid=<publish_log_uuid>"
    ),
    ("POST", f"{LIBRARY}collections/"): Example({"title": "New", "description": ""}),
    ("PATCH", f"{LIBRARY}collections/<collection_code>/"): Example({"title": "New"}),
    ("PATCH", f"{LIBRARY}collections/<collection_code>/items/"): Example({"usage_keys": [PROBLEM]}),
    ("DELETE", f"{LIBRARY}collections/<collection_code>/items/"): Example({"usage_keys": [PROBLEM]}),
    ("POST", f"{BLOCK}olx/"): Example({"olx": "<problem/>"}),
    ("PUT", f"{BLOCK}assets/<path>"): Example(
        {"content": SimpleUploadedFile("pic.png", b"PNG")}, multipart=True, arguments={"path": "static/new.png"}
    ),
    ("PATCH", f"{BLOCK}collections/"): Example({"collection_keys": ["c1"]}),
    ("PATCH", CONTAINER): Example({"display_name": "New"}),
    ("POST", f"{CONTAINER}children/"): Example({"usage_keys": [PROBLEM]}),
    ("PATCH", f"{CONTAINER}children/"): Example({"usage_keys": [PROBLEM]}),
    ("DELETE", f"{CONTAINER}children/"): Example({"usage_keys": [PROBLEM]}),
    ("PATCH", f"{CONTAINER}collections/"): Example({"collection_keys": ["c1"]}),
    ("POST", f"{TAGGING}taxonomies/"): Example({"name": "New", "export_id": "new"}),
    ("POST", f"{TAGGING}taxonomies/import/"): Example(
        {"taxonomy_name": "New", "taxonomy_export_id": "new", "file": _file()}, multipart=True
    ),
    ("PUT", TAXONOMY): Example({"name": "New", "export_id": "new"}),
    ("PATCH", TAXONOMY): Example({"name": "New"}),
    ("GET", f"{TAXONOMY}export/"): Example(query="output_format=json"),
    ("PUT", f"{TAXONOMY}orgs/"): Example({"all_orgs": True}),
    ("PUT", f"{TAXONOMY}tags/import/plan/"): Example({"file": _file()}, multipart=True),
    ("PUT", f"{TAXONOMY}tags/import/"): Example({"file": _file()}, multipart=True),
    ("POST", f"{TAXONOMY}tags/"): Example({"tag": "New"}),
    ("PATCH", f"{TAXONOMY}tags/"): Example({"tag": "Tag", "updated_tag_value": "New"}),
    ("DELETE", f"{TAXONOMY}tags/"): Example({"tags": ["Tag"]}),
    ("GET", f"{TAGGING}object_tags/<object_id>/export/"): Example(arguments={"object_id": "<lib_key>"}),
    ("PUT", f"{TAGGING}object_tags/<object_id>/"): Example({"tagsData": []}),
    ("POST", "/api/content-staging/v1/clipboard/"): Example({"usage_key": PROBLEM}),
}


def request(client: Any, endpoint: Endpoint, arguments: Mapping[str, str], *, query: str = "") -> Any:
    """Send the example of an endpoint, with arguments for its URL and more for its query string."""
    method, path = endpoint
    example = EXAMPLES.get(endpoint, Example())
    url = f"{path}?{example.query}&{query}"
    for values in (example.arguments or {}, USUAL_ARGUMENTS | dict(arguments)):
        for name, value in values.items():
            url = url.replace(f"<{name}>", value)
    if method == "GET":
        return client.get(url)
    for value in (example.body or {}).values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    return getattr(client, method.lower())(url, example.body, format="multipart" if example.multipart else "json")
