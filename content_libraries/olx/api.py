"""Functions of OLX for other rooms. Their errors are in :mod:`.errors`."""

from __future__ import annotations

from .archives import files_of
from .data import (
    DEFAULT_LIMITS,
    INHERITABLE_SETTINGS,
    MEDIA_LIMIT_BYTES,
    Fault,
    Limits,
    OlxBlock,
    OlxDraft,
    OlxTree,
    SourceNote,
    StaticFile,
)
from .definitions import assembled, definition_of, nested
from .drafts import tree_with_drafts
from .errors import (
    ArchiveTooLargeError,
    BrokenBlocksError,
    ForbiddenDoctypeError,
    MalformedXmlError,
    MissingFileError,
    NotACourseError,
    OlxError,
    UnsafeMemberError,
    UnsupportedEncodingError,
)
from .faults import broken_blocks, refuse_broken
from .html_bodies import inlined
from .member_names import can_be_packed, cannot_be_packed
from .renaming import body_of, with_renamed_files
from .start_tags import root_tag, says_the_same, settings_in, with_attributes, without_url_name
from .static_references import StaticNames, missing_references, references, resolve_references
from .tags import TAGS_ATTRIBUTE, Tags
from .tree_reader import iter_files, iter_static_files, parse_block, read_archive
from .vocabulary import CONTAINER_TAGS
from .writing import write_archive, write_folder
from .xml_source import decoded, start_tags, xml_safe

__all__ = [
    "CONTAINER_TAGS",
    "DEFAULT_LIMITS",
    "INHERITABLE_SETTINGS",
    "MEDIA_LIMIT_BYTES",
    "TAGS_ATTRIBUTE",
    "ArchiveTooLargeError",
    "BrokenBlocksError",
    "Fault",
    "ForbiddenDoctypeError",
    "Limits",
    "MalformedXmlError",
    "MissingFileError",
    "NotACourseError",
    "OlxBlock",
    "OlxDraft",
    "OlxError",
    "OlxTree",
    "SourceNote",
    "StaticFile",
    "StaticNames",
    "Tags",
    "UnsafeMemberError",
    "UnsupportedEncodingError",
    "assembled",
    "body_of",
    "broken_blocks",
    "can_be_packed",
    "cannot_be_packed",
    "decoded",
    "definition_of",
    "files_of",
    "inlined",
    "iter_files",
    "iter_static_files",
    "missing_references",
    "nested",
    "parse_block",
    "read_archive",
    "references",
    "refuse_broken",
    "resolve_references",
    "root_tag",
    "says_the_same",
    "settings_in",
    "start_tags",
    "tree_with_drafts",
    "with_attributes",
    "with_renamed_files",
    "without_url_name",
    "write_archive",
    "write_folder",
    "xml_safe",
]
