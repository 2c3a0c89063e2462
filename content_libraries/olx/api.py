"""What other rooms may call; errors are in :mod:`.errors`."""

from __future__ import annotations

from .data import (
    DEFAULT_LIMITS,
    INHERITABLE_SETTINGS,
    MEDIA_LIMIT_BYTES,
    Limits,
    OlxBlock,
    OlxDraft,
    OlxTree,
    StaticFile,
)
from .drafts import tree_with_drafts
from .errors import OlxError
from .html_bodies import inlined
from .reading import iter_static_files, parse_block, read_archive
from .start_tags import root_tag, with_attributes, without_url_name
from .static_references import StaticNames, references, resolve_references
from .vocabulary import CONTAINER_TAGS
from .writing import write_folder

__all__ = [
    "CONTAINER_TAGS",
    "DEFAULT_LIMITS",
    "INHERITABLE_SETTINGS",
    "MEDIA_LIMIT_BYTES",
    "Limits",
    "OlxBlock",
    "OlxDraft",
    "OlxError",
    "OlxTree",
    "StaticFile",
    "StaticNames",
    "inlined",
    "iter_static_files",
    "parse_block",
    "read_archive",
    "references",
    "resolve_references",
    "root_tag",
    "tree_with_drafts",
    "with_attributes",
    "without_url_name",
    "write_folder",
]
