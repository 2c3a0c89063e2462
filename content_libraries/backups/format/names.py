"""
Names of the members of an archive.

Some file systems ignore case and Unicode forms. Items whose codes differ only there get members of different names: a
code that is not plain ASCII in lower case gets a digest behind a dot, which a plain code cannot contain.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

PACKAGE: Final = "package.toml"
ENTITIES: Final = "entities/"
COLLECTIONS: Final = "collections/"
VERSIONS_FOLDER: Final = "component_versions"
TOML: Final = ".toml"

EXTENSION: Final = "content_libraries/"
"""Folder of the files that openedx-core does not know. Its reader ignores the folder."""

MANIFEST: Final = f"{EXTENSION}manifest.jsonl"
MORE_VERSIONS: Final = f"{EXTENSION}versions.jsonl"
TAXONOMIES: Final = f"{EXTENSION}taxonomies.jsonl"
TAGS: Final = f"{EXTENSION}tags.jsonl"
ROLES: Final = f"{EXTENSION}roles.jsonl"
DRAFT_LOGS: Final = f"{EXTENSION}draft_change_logs.jsonl"
PUBLISH_LOGS: Final = f"{EXTENSION}publish_logs.jsonl"
DELETED_COLLECTIONS: Final = f"{EXTENSION}collections/"
FILES: Final = f"{EXTENSION}files/"

_PLAIN: Final = re.compile(r"[a-z0-9_-]{1,100}")
_NOT_PLAIN: Final = re.compile(r"[^a-z0-9_-]+")
_READABLE: Final = 60


def stem(code: str) -> str:
    """Return a name for a code that no other code has, on any file system."""
    if _PLAIN.fullmatch(code):
        return code
    readable = _NOT_PLAIN.sub("-", code.lower())[:_READABLE].strip("-") or "x"
    return f"{readable}.{blake2b(code.encode(), digest_size=10).hexdigest()}"


def container_toml(code: str) -> str:
    """Return the name of the file about a container."""
    return f"{ENTITIES}{stem(code)}{TOML}"


def component_toml(namespace: str, block_type: str, code: str) -> str:
    """Return the name of the file about a component."""
    folder = namespace if re.fullmatch(r"[a-z0-9_-]+(\.v\d+)?", namespace) else stem(namespace)
    return f"{ENTITIES}{folder}/{stem(block_type)}/{stem(code)}{TOML}"


def version_folder(toml: str, version_num: int) -> str:
    """Return the folder with the files of a version of a component, from the name of the file about the component."""
    return f"{toml.removesuffix(TOML)}/{VERSIONS_FOLDER}/v{version_num}/"


def collection_toml(code: str, *, enabled: bool) -> str:
    """Return the name of the file about a collection."""
    return f"{COLLECTIONS if enabled else DELETED_COLLECTIONS}{stem(code)}{TOML}"


def shared_file(digest: str) -> str:
    """Return the name of a file that is not a file of a current version, or whose path no archive can have."""
    return f"{FILES}{digest}"


def is_description(name: str) -> bool:
    """Return whether a member describes items, rather than being a file of an item. Readers hold its text in memory."""
    return name.endswith((TOML, ".jsonl")) and f"/{VERSIONS_FOLDER}/" not in name
