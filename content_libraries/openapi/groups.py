"""Groups the operations of the API's description by subject, and adds titles to operations of other packages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

type Schema = dict[str, Any]

_GROUPS: Final[Mapping[str, tuple[str, str]]] = {
    "libraries": ("Libraries", "Libraries as a whole: listed, created, changed, deleted, published, discarded."),
    "teams": ("Teams", "Who is in the team of a library, and why somebody may do something."),
    "roles": ("Roles", "Roles of openedx-authz, in libraries and in all of an organization."),
    "components": ("Components", "Texts, problems, videos: their OLX, files, drafts, and history."),
    "blocks": ("Blocks", "What a component is and says: fields, previews, handlers."),
    "containers": ("Containers", "Units, subsections and sections, and what is in them."),
    "collections": ("Collections", "Named sets of items."),
    "history": ("History", "What users did to libraries and courses, one action at a time."),
    "releases": ("Releases", "Items that are published together, after a publisher has agreed."),
    "tagging": ("Tagging", "Taxonomies, and the tags of items and courses."),
    "clipboard": ("Clipboard", "What was copied, and pasting it."),
    "search": ("Search", "Items and blocks by words, types, tags and collections."),
    "imports": ("Imports", "Courses and legacy libraries into libraries: planned, done, looked up."),
    "backups": ("Backups", "Archives of whole libraries: made, and restored."),
    "courses": ("Courses", "Blocks and files of courses, and the structure of published courses."),
    "sync": ("Sync", "Blocks of courses that are linked to items: previews, updates, decisions about them."),
}
"""Tag -> title and description, in the order in which they are shown."""

_BY_PATH: Final = (
    ("/team/|/permissions/", "teams"),
    ("^/api/content_tagging/", "tagging"),
    ("^/api/content-staging/|/paste_clipboard/|/copy/$", "clipboard"),
    ("^/api/content_library/v1/search/", "search"),
    ("^/api/content_library/v1/course(s|_blocks)/", "courses"),
    ("^/api/libraries/v2/containers/|^/api/content_library/v1/containers/|/{lib_key}/containers/", "containers"),
    ("^/api/content_library/v1/licenses/", "libraries"),
    ("/collections/", "collections"),
    ("^/api/xblock/", "blocks"),
    ("^/library_assets/|/blocks/|/components/", "components"),
    ("^/api/libraries/v2/", "libraries"),
)
"""Part of a path -> tag, for operations whose views set no tag. The first match counts."""

_RENAMED: Final = {"library teams": "teams"}
_UNGROUPED: Final = frozenset({"api", "library_assets"})
_TITLES: Final = {
    "list": "List taxonomies",
    "create": "Create a taxonomy",
    "retrieve": "Read a taxonomy",
    "update": "Change a taxonomy",
    "partial_update": "Change some fields of a taxonomy",
    "destroy": "Delete a taxonomy",
    "export_retrieve": "Download the tags of a taxonomy",
    "import_create": "Create a taxonomy from a file of tags",
    "tags_import_update": "Import tags from a file into a taxonomy",
    "tags_import_plan_update": "Preview an import of tags into a taxonomy",
}
"""End of an operation's id -> title, for operations of openedx-tagging without one."""


def group_operations(result: Schema, **_kwargs: object) -> Schema:
    """Give each operation one tag and a title, and describe the tags."""
    found: set[str] = set()
    for path, operations in result["paths"].items():
        for operation in operations.values():
            if isinstance(operation, dict) and "tags" in operation:
                operation["tags"] = [_tag(path, operation["tags"][0])]
                found.update(operation["tags"])
                operation.setdefault("summary", _title(operation["operationId"]))
    result["tags"] = [
        {"name": tag, "x-displayName": title, "description": text}
        for tag, (title, text) in _GROUPS.items()
        if tag in found
    ]
    return result


def _tag(path: str, given: str) -> str:
    if given not in _UNGROUPED:
        return _RENAMED.get(given, given)
    return next((tag for pattern, tag in _BY_PATH if re.search(pattern, path)), given)


def _title(operation_id: str) -> str:
    ends = [end for end in _TITLES if operation_id.endswith(f"taxonomies_{end}")]
    return _TITLES[ends[0]] if ends else operation_id.replace("_", " ").capitalize()
