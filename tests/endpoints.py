"""
Every endpoint of the app, and of other packages that the host mounts, as the URLs say, with a request to each that
succeeds where it is allowed.

What is read from the URLs cannot be forgotten here: a new endpoint fails the tests that go through all of them
until it has a row in their tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import unwrap
from io import BytesIO
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

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
        body: what is sent; it and the query string may name arguments.
        query: the query string.
        multipart: whether the body is a form with files.
        arguments: what differs from the usual arguments of the URL; may name other arguments.
        status: what it answers where it is allowed, if that is no success.
    """

    body: Mapping[str, Any] | list[Any] | None = None
    query: str = ""
    multipart: bool = False
    arguments: Mapping[str, str] | None = None
    status: int | None = None


OF_PROJECT = ("content_libraries", "studio", "django")
"""Packages whose views are tested where they are; Django's are the pages of the admin, and what redirects."""


def views(urlconf: str = "studio.urls") -> Iterator[tuple[str, Any]]:
    """Every path of a URL configuration, with its view."""
    for path, pattern in _patterns(get_resolver(urlconf)):
        yield path, pattern.callback


def endpoints(urlconf: str = "content_libraries.urls") -> Iterator[Endpoint]:
    """Every method of every path of a URL configuration."""
    for path, pattern in _patterns(get_resolver(urlconf)):
        for method in _methods(pattern.callback):
            yield method.upper(), path


def endpoints_of_packages(urlconf: str = "studio.urls") -> Iterator[Endpoint]:
    """Every method of every path at which a host mounts a view of another package as it is."""
    for path, pattern in _patterns(get_resolver(urlconf)):
        view = pattern.callback
        cls = getattr(view, "cls", None) or getattr(view, "view_class", view)
        if _module_of(cls).partition(".")[0] not in OF_PROJECT:
            for method in _methods(view):
                yield method.upper(), path


def _module_of(view: Any) -> str:
    """The module of a view, also where the admin has wrapped it with some of its arguments."""
    inner = unwrap(view)
    return str(inner.func.__module__ if isinstance(inner, partial) else inner.__module__)


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
    cls = getattr(view, "cls", None) or view.view_class
    names = getattr(view, "initkwargs", {}).get("http_method_names", cls.http_method_names)
    return [method for method in METHODS if method in names and hasattr(cls, method)]


PROBLEM = "lb:CL-TEST:lib1:problem:p1"
UNIT = "lct:CL-TEST:lib1:unit:u1"
USUAL_ARGUMENTS = {
    "lib_key": "lib:CL-TEST:lib1",
    "usage_key": PROBLEM,
    "key": PROBLEM,
    "version": "published",
    "view_name": "student_view",
    "handler_name": "problem_get",
    "course_key": "course-v1:O+C+1",  # uploaded, to be imported
    "stored_course_key": "course-v1:O+C+1",
    "downstream_key": "block-v1:O+C+1+type@problem+block@linked",
    "block_key": "block-v1:O+C+1+type@html+block@t",
    "course_unit_key": "block-v1:O+C+1+type@vertical+block@unit",
    "legacy_block_key": "block-v1:O+C+1+type@library_content+block@legacy",
    "container_key": UNIT,
    "collection_code": "c1",
    "username": "member",
    "group_name": "Team",
    "path": "static/pic.png",
    "object_id": PROBLEM,
    "object_id_pattern": PROBLEM,
    "file_ext": "json",
    "edx_video_id": "a-video",
}
"""Argument of a URL -> what it is in the examples; the tests add what only the database knows."""


def _course() -> SimpleUploadedFile:
    """A course of one text, ``course-v1:O+C+1``, in an archive."""
    text = b'<course org="O" course="C" url_name="1"><html url_name="h" display_name="Text"/></course>'
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("course/course.xml", text)
    return SimpleUploadedFile("course.zip", packed.getvalue())


COURSE_ARCHIVE = _course()


def _library() -> SimpleUploadedFile:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("package.toml", "")
    return SimpleUploadedFile("library.zip", packed.getvalue(), content_type="application/zip")


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("tags.json", b'{"name": "T", "tags": []}', content_type="application/json")


LIBRARIES = "/api/libraries/v2/"
BLOCK = f"{LIBRARIES}blocks/<usage_key>/"
CONTAINER = f"{LIBRARIES}containers/<container_key>/"
LIBRARY = f"{LIBRARIES}<lib_key>/"
TAGGING = "/api/content_tagging/v1/"
TAXONOMY = f"{TAGGING}taxonomies/<pk>/"
OWN = "/api/content_library/v1/"
RELEASE = f"{OWN}releases/<uuid>/"
DRAFT_RELEASE = {"uuid": "<release_uuid>"}
APPROVED_RELEASE = {"uuid": "<approved_release_uuid>"}
COURSE_BLOCK = f"{OWN}course_blocks/<block_key>/"
MIGRATOR = "/api/modulestore_migrator/v1/"
ROLES = "/api/authz/v1/"
TASKS = "/api/tasks/v0/"
TASK = {"uuid": "<task_uuid>"}
LEGACY_BLOCKS = "/api/courses/v1/migrate_legacy_content_blocks/"
DOWNSTREAMS = "/api/contentstore/v2/downstreams/"
XBLOCK = "/api/xblock/v2/xblocks/<key>/"
BULK_EDIT = {"uuid": "<bulk_edit_uuid>"}
RUN = {"uuid": "<run_uuid>"}
STORED_COURSE = {"course_key": "<stored_course_key>"}
CONVERSION = {"uuid": "<conversion_uuid>"}
MIGRATION = {"uuid": "<migration_uuid>"}
LINK_MOVE = Example(
    {"course_key": "<stored_course_key>", "source_library": "lib:CL-TEST:gone", "target_library": "<lib_key>"}
)

EXAMPLES: Mapping[Endpoint, Example] = {
    ("POST", LIBRARIES): Example({"org": "CL-TEST", "slug": "new", "title": "T", "description": ""}),
    ("PATCH", LIBRARY): Example({"title": "New"}),
    ("POST", f"{LIBRARY}blocks/"): Example({"block_type": "html", "definition_id": "new"}),
    ("POST", f"{LIBRARY}containers/"): Example({"container_type": "unit", "display_name": "New"}),
    ("POST", f"{LIBRARY}team/"): Example({"email": "other@example.com", "access_level": "read"}),
    ("PUT", f"{LIBRARY}team/user/<username>/"): Example({"access_level": "author"}),
    ("PUT", f"{LIBRARY}team/group/<group_name>/"): Example({"access_level": "read"}),
    ("GET", f"{LIBRARY}backup/"): Example(query="task_id=<backup_uuid>"),
    ("GET", f"{LIBRARY}backup/<uuid>/<file_name>"): Example(arguments={"uuid": "<backup_uuid>"}),
    ("POST", f"{LIBRARIES}restore/"): Example({"file": _library()}, multipart=True),
    ("GET", f"{LIBRARIES}restore/"): Example(query="task_id=<restore_uuid>"),
    ("GET", f"{LIBRARIES}restore/<uuid>/error_log.txt"): Example(arguments={"uuid": "<restore_uuid>"}),
    ("GET", f"{LIBRARY}publish_history_entries/"): Example(
        query="scope_entity_key=<usage_key>&publish_log_uuid=<publish_log_uuid>"
    ),
    ("POST", f"{LIBRARY}collections/"): Example({"title": "New", "description": ""}),
    ("PATCH", f"{LIBRARY}collections/<collection_code>/"): Example({"title": "New"}),
    ("PATCH", f"{LIBRARY}collections/<collection_code>/items/"): Example({"usage_keys": ["<usage_key>"]}),
    ("DELETE", f"{LIBRARY}collections/<collection_code>/items/"): Example({"usage_keys": ["<usage_key>"]}),
    ("POST", f"{BLOCK}olx/"): Example({"olx": "<problem/>"}),
    ("PUT", f"{BLOCK}assets/<path>"): Example(
        {"content": SimpleUploadedFile("pic.png", b"PNG")}, multipart=True, arguments={"path": "static/new.png"}
    ),
    ("PATCH", f"{BLOCK}collections/"): Example({"collection_keys": ["c1"]}),
    ("PATCH", CONTAINER): Example({"display_name": "New"}),
    ("POST", f"{CONTAINER}children/"): Example({"usage_keys": ["<usage_key>"]}),
    ("PATCH", f"{CONTAINER}children/"): Example({"usage_keys": ["<usage_key>"]}),
    ("DELETE", f"{CONTAINER}children/"): Example({"usage_keys": ["<usage_key>"]}),
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
    ("POST", "/api/content-staging/v1/clipboard/"): Example({"usage_key": "<usage_key>"}),
    ("GET", f"{OWN}permissions/explain/"): Example(query="library=<lib_key>"),
    ("GET", f"{OWN}change_sets/"): Example(query="library_key=<lib_key>"),
    ("GET", f"{OWN}change_sets/<uuid>/"): Example(arguments={"uuid": "<publish_log_uuid>"}),
    ("GET", f"{OWN}change_sets/<uuid>/records/"): Example(arguments={"uuid": "<publish_log_uuid>"}),
    ("POST", f"{OWN}publish_previews/"): Example({"library_key": "<lib_key>", "item_keys": ["<usage_key>"]}),
    ("GET", f"{OWN}releases/"): Example(query="library_key=<lib_key>"),
    ("POST", f"{OWN}releases/"): Example(
        {"library_key": "<lib_key>", "title": "Week one", "item_keys": ["<usage_key>"]}
    ),
    ("GET", RELEASE): Example(arguments=DRAFT_RELEASE),
    ("PATCH", RELEASE): Example({"title": "Week two"}, arguments=DRAFT_RELEASE),
    ("GET", f"{RELEASE}items/"): Example(arguments=DRAFT_RELEASE),
    ("GET", f"{RELEASE}events/"): Example(arguments=DRAFT_RELEASE),
    ("GET", f"{RELEASE}preview/"): Example(arguments=DRAFT_RELEASE),
    ("POST", f"{RELEASE}requests/"): Example({"reason": "It is done."}, arguments=DRAFT_RELEASE),
    ("POST", f"{RELEASE}comments/"): Example({"text": "Nice."}, arguments=DRAFT_RELEASE),
    ("POST", f"{RELEASE}cancellations/"): Example({}, arguments=DRAFT_RELEASE),
    ("POST", f"{RELEASE}approvals/"): Example({"fingerprint": "<fingerprint>"}, arguments=APPROVED_RELEASE),
    ("POST", f"{RELEASE}declines/"): Example({"reason": "Not yet."}, arguments=APPROVED_RELEASE),
    ("POST", f"{RELEASE}schedules/"): Example({"publish_at": "2999-01-01T00:00:00Z"}, arguments=APPROVED_RELEASE),
    ("POST", f"{RELEASE}publications/"): Example({}, arguments=APPROVED_RELEASE),
    ("POST", f"{RELEASE}reverts/"): Example({}, arguments={"uuid": "<published_release_uuid>"}),
    ("POST", f"{OWN}change_sets/<uuid>/undo_previews/"): Example(arguments={"uuid": "<publish_log_uuid>"}),
    ("POST", f"{OWN}change_sets/<uuid>/undos/"): Example(arguments={"uuid": "<publish_log_uuid>"}),
    ("POST", f"{OWN}version_restore_previews/"): Example({"item_key": "<usage_key>", "version_num": 1}),
    ("POST", f"{OWN}version_restores/"): Example({"item_key": "<usage_key>", "version_num": 1}),
    ("POST", f"{OWN}comparisons/"): Example(
        {"item_key": "<usage_key>", "before": {"version": 1}, "after": {"version": "draft"}}
    ),
    ("POST", f"{OWN}bulk_edit_previews/"): Example({"library_key": "<lib_key>", "find": "a", "replace": "b"}),
    ("POST", f"{OWN}bulk_edits/"): Example({"library_key": "<lib_key>", "find": "a", "replace": "b"}),
    ("POST", f"{OWN}backups/"): Example({"library": "<lib_key>"}),
    ("GET", f"{OWN}backups/<uuid>/"): Example(arguments={"uuid": "<backup_uuid>"}),
    ("POST", f"{OWN}archives/"): Example({"file": _library(), "library": "<lib_key>"}, multipart=True),
    ("GET", f"{OWN}archives/<uuid>/"): Example(arguments={"uuid": "<archive_uuid>"}),
    ("POST", f"{OWN}restores/"): Example({"archive": "<archive_uuid>", "library": "<lib_key>", "mode": "add"}),
    ("GET", f"{OWN}restores/<uuid>/"): Example(arguments={"uuid": "<restore_plan_uuid>"}),
    ("POST", f"{OWN}restores/<uuid>/applications/"): Example({}, arguments={"uuid": "<restore_plan_uuid>"}),
    ("GET", f"{OWN}bulk_edits/<uuid>/"): Example(arguments=BULK_EDIT),
    ("DELETE", f"{OWN}bulk_edits/<uuid>/"): Example(arguments=BULK_EDIT),
    ("POST", f"{OWN}bulk_edits/<uuid>/retries/"): Example(arguments={"uuid": "<canceled_bulk_edit_uuid>"}),
    ("POST", f"{OWN}import_sources/"): Example({"library": "<lib_key>", "file": COURSE_ARCHIVE}, multipart=True),
    ("POST", f"{OWN}import_plans/"): Example({"source": "<course_key>", "target": "<lib_key>"}),
    ("GET", f"{OWN}courses/<course_key>/structure/"): Example(arguments={"course_key": "<stored_course_key>"}),
    ("POST", f"{OWN}courses/<course_key>/blocks/"): Example(
        {"parent": "<course_unit_key>", "block_type": "html", "block_id": "new"}, arguments=STORED_COURSE
    ),
    ("GET", f"{OWN}courses/<course_key>/files/"): Example(arguments=STORED_COURSE),
    ("GET", f"{OWN}courses/<course_key>/files/<path>"): Example(arguments=STORED_COURSE),
    ("PUT", f"{OWN}courses/<course_key>/files/<path>"): Example(
        {"content": SimpleUploadedFile("pic.png", b"PNG")},
        multipart=True,
        arguments={**STORED_COURSE, "path": "static/new.png"},
    ),
    ("DELETE", f"{OWN}courses/<course_key>/files/<path>"): Example(arguments=STORED_COURSE),
    ("PATCH", COURSE_BLOCK): Example({"settings": {"display_name": "New"}}),
    ("GET", f"{COURSE_BLOCK}children/"): Example(arguments={"block_key": "<course_unit_key>"}),
    ("PUT", f"{COURSE_BLOCK}children/"): Example(
        {"children": ["<course_unit_key>"]}, arguments={"block_key": "block-v1:O+C+1+type@sequential+block@sub"}
    ),
    ("POST", f"{COURSE_BLOCK}moves/"): Example({"parent": "<course_unit_key>", "index": 1}),
    ("POST", f"{COURSE_BLOCK}copies/"): Example({"parent": "<course_unit_key>"}),
    ("GET", f"{OWN}import_plans/<uuid>/"): Example(arguments={"uuid": "<plan_uuid>"}),
    ("POST", f"{OWN}imports/"): Example({"plan": "<plan_uuid>"}),
    ("POST", f"{OWN}imports/<uuid>/retries/"): Example(arguments={"uuid": "<canceled_uuid>"}),
    ("GET", DOWNSTREAMS): Example(query="course_id=<stored_course_key>"),
    ("GET", f"{DOWNSTREAMS}<course_key>/summary"): Example(arguments={"course_key": "<stored_course_key>"}),
    ("PUT", f"{DOWNSTREAMS}<downstream_key>"): Example({"upstream_ref": PROBLEM}),
    ("GET", "/api/contentstore/v1/container/<downstream_key>/children"): Example(
        query="get_upstream_info=true", arguments={"downstream_key": "<course_unit_key>"}
    ),
    ("GET", "/api/contentstore/v1/container_handler/<downstream_key>"): Example(
        arguments={"downstream_key": "<course_unit_key>"}
    ),
    ("GET", "/api/contentstore/v1/course_index/<course_key>"): Example(
        query="show=<course_unit_key>", arguments={"course_key": "<stored_course_key>"}
    ),
    ("POST", "/xblock/"): Example({"parent_locator": "<course_unit_key>", "library_content_key": "<usage_key>"}),
    ("POST", f"{OWN}sync_previews/"): Example({"usage_key": "<downstream_key>"}),
    ("POST", f"{OWN}link_move_previews/"): LINK_MOVE,
    ("POST", f"{OWN}link_moves/"): LINK_MOVE,
    ("PATCH", f"{OWN}containers/<container_key>/license/"): Example({"license": "CC:4.0:BY"}),
    ("PATCH", f"{OWN}components/<usage_key>/license/"): Example({"license": "CC:4.0:BY"}),
    ("GET", f"{OWN}templates/"): Example(query="library_key=<lib_key>"),
    ("POST", f"{OWN}templates/"): Example({"unit_key": "<container_key>"}),
    ("POST", f"{OWN}templates/<container_key>/copies/"): Example({"library_key": "<lib_key>"}),
    ("POST", f"{OWN}reuse_checks/"): Example({"parent_locator": "<course_unit_key>", "upstream_keys": ["<usage_key>"]}),
    ("POST", f"{OWN}sync_runs/"): Example({"course_keys": ["<stored_course_key>"]}),
    ("GET", f"{OWN}sync_runs/<uuid>/"): Example(arguments=RUN),
    ("DELETE", f"{OWN}sync_runs/<uuid>/"): Example(arguments=RUN),
    ("POST", f"{OWN}sync_runs/<uuid>/retries/"): Example(arguments={"uuid": "<canceled_run_uuid>"}),
    ("POST", "/xblock/<downstream_key>/handler/upgrade_to_v2_library"): Example(
        arguments={"downstream_key": "<legacy_block_key>"}
    ),
    ("POST", "/xblock/<downstream_key>/handler/upgrade_and_sync"): Example(
        arguments={"downstream_key": "<legacy_block_key>"}, status=400
    ),
    ("GET", f"{LEGACY_BLOCKS}<course_key>/"): Example(arguments=STORED_COURSE),
    ("POST", f"{LEGACY_BLOCKS}<course_key>/"): Example(arguments=STORED_COURSE),
    ("GET", f"{LEGACY_BLOCKS}<course_key>/<uuid>/"): Example(arguments=CONVERSION | STORED_COURSE),
    ("POST", f"{OWN}legacy_conversion_previews/"): Example({"course_key": "<stored_course_key>"}),
    ("GET", f"{OWN}legacy_conversions/<uuid>/"): Example(arguments=CONVERSION),
    ("DELETE", f"{OWN}legacy_conversions/<uuid>/"): Example(arguments=CONVERSION),
    ("POST", f"{OWN}legacy_conversions/<uuid>/undos/"): Example(arguments=CONVERSION),
    ("GET", f"{OWN}usages/"): Example(query="item=<usage_key>"),
    ("GET", f"{MIGRATOR}migrations/<uuid>/"): Example(arguments=MIGRATION),
    ("POST", f"{MIGRATOR}migrations/<uuid>/cancel/"): Example(arguments=MIGRATION),
    ("POST", f"{MIGRATOR}migrations/"): Example({"source": "<course_key>", "target": "<lib_key>"}),
    ("POST", f"{MIGRATOR}bulk_migration/"): Example({"sources": ["<course_key>"], "target": "<lib_key>"}),
    ("GET", f"{MIGRATOR}migration_info/"): Example(query="source_keys=<course_key>"),
    ("GET", f"{MIGRATOR}migration_preview/"): Example(query="source_key=<course_key>&target_key=<lib_key>"),
    ("GET", f"{MIGRATOR}migration_blocks/"): Example(query="source_key=<course_key>&target_key=<lib_key>"),
    ("POST", f"{XBLOCK}fields/"): Example({"metadata": {"display_name": "New"}}),
    ("POST", f"{XBLOCK.removesuffix('/')}@<version>/fields/"): Example(
        {"metadata": {"display_name": "New"}}, status=400
    ),
    ("POST", f"{ROLES}permissions/validate/me"): Example([{"action": "content_libraries.view_library"}]),
    ("GET", f"{ROLES}roles/"): Example(query="scope=<lib_key>"),
    ("GET", f"{ROLES}roles/users/"): Example(query="scope=<lib_key>"),
    ("PUT", f"{ROLES}roles/users/"): Example({"users": ["other"], "role": "library_user", "scope": "<lib_key>"}),
    ("DELETE", f"{ROLES}roles/users/"): Example(query="users=other&role=library_user&scope=<lib_key>"),
    ("POST", f"{ROLES}users/validate/"): Example({"users": ["other"]}),
    ("GET", f"{TASKS}artifacts/<uuid>/"): Example(arguments={"uuid": "<artifact_uuid>"}),
    ("GET", f"{TASKS}tasks/<uuid>/"): Example(arguments=TASK),
    ("DELETE", f"{TASKS}tasks/<uuid>/"): Example(arguments=TASK),
    ("POST", f"{TASKS}tasks/<uuid>/cancel/"): Example(arguments=TASK),
    ("GET", "/xblocks/v2/resources/<block_type>/<path>"): Example(
        arguments={"block_type": "problem", "path": "problem/public/js/ProblemBlockDisplay.js"}
    ),
}


def request(client: Any, endpoint: Endpoint, arguments: Mapping[str, str], *, query: str = "") -> Any:
    """Send the example of an endpoint, with arguments for its URL and more for its query string."""
    method, path = endpoint
    example = EXAMPLES.get(endpoint, Example())
    values = USUAL_ARGUMENTS | dict(arguments)
    own = {name: filled(value, values) for name, value in (example.arguments or {}).items()}
    quoted = {name: quote(value) for name, value in values.items()}
    url = f"{filled(path, values | own)}?{filled(example.query, quoted)}&{query}"
    if method == "GET":
        return client.get(url)
    body = filled(example.body or {}, values)
    return getattr(client, method.lower())(url, body, format="multipart" if example.multipart else "json")


def filled(value: Any, arguments: Mapping[str, str]) -> Any:
    """The same with arguments in the place of their names, and files at their beginning."""
    match value:
        case str():
            for name, argument in arguments.items():
                value = value.replace(f"<{name}>", argument)
        case list():
            value = [filled(item, arguments) for item in value]
        case Mapping():
            value = {name: filled(item, arguments) for name, item in value.items()}
        case SimpleUploadedFile():
            value.seek(0)
    return value
