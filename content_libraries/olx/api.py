"""Functions of OLX for other rooms. Their errors are in :mod:`.errors`."""

from __future__ import annotations

from .archives import files_of
from .data import (
    DEFAULT_LIMITS,
    MEDIA_LIMIT_BYTES,
    Fault,
    Limits,
    OlxBlock,
    OlxDraft,
    OlxTree,
    SourceCollection,
    SourceNote,
    StaticFile,
)
from .definitions import assembled, definition_of, nested
from .differences import (
    ComparedState,
    FileState,
    children_difference,
    settings_difference,
    state_difference,
    text_difference,
)
from .drafts import tree_with_drafts
from .errors import (
    ArchiveTooLargeError,
    BrokenBlocksError,
    ForbiddenDoctypeError,
    MalformedXmlError,
    MissingFileError,
    NotACourseError,
    OlxError,
    RefusedPatternError,
    UnsafeMemberError,
    UnsupportedEncodingError,
)
from .faults import refuse_broken
from .html_bodies import inlined
from .member_names import can_be_packed, cannot_be_packed
from .mending import mended_text, mended_xml
from .nameless import with_names
from .renaming import body_of, with_renamed_files
from .replacing import Excerpt, Replaced, Replacing, check_replacing, replaced_in, replaced_in_text
from .start_tags import root_tag, says_the_same, settings_in, with_attributes, without_url_name
from .static_links import links_between, may_name_files
from .static_references import StaticNames, missing_references, references, resolve_references
from .tags import TAGS_ATTRIBUTE, Tags
from .tree_reader import iter_files, iter_static_files, parse_block, read_archive
from .unfolding import refuse_unfolding
from .usage_keys import MAX_KEY, usage_key_of
from .vocabulary import CONTAINER_TAGS
from .writing import write_archive, write_folder
from .xml_source import start_tags, xml_safe

__all__ = [
    "CONTAINER_TAGS",
    "DEFAULT_LIMITS",
    "MAX_KEY",
    "MEDIA_LIMIT_BYTES",
    "TAGS_ATTRIBUTE",
    "ArchiveTooLargeError",
    "BrokenBlocksError",
    "ComparedState",
    "Excerpt",
    "Fault",
    "FileState",
    "ForbiddenDoctypeError",
    "Limits",
    "MalformedXmlError",
    "MissingFileError",
    "NotACourseError",
    "OlxBlock",
    "OlxDraft",
    "OlxError",
    "OlxTree",
    "RefusedPatternError",
    "Replaced",
    "Replacing",
    "SourceCollection",
    "SourceNote",
    "StaticFile",
    "StaticNames",
    "Tags",
    "UnsafeMemberError",
    "UnsupportedEncodingError",
    "assembled",
    "body_of",
    "can_be_packed",
    "cannot_be_packed",
    "check_replacing",
    "children_difference",
    "definition_of",
    "files_of",
    "inlined",
    "iter_files",
    "iter_static_files",
    "links_between",
    "may_name_files",
    "mended_text",
    "mended_xml",
    "missing_references",
    "nested",
    "parse_block",
    "read_archive",
    "references",
    "refuse_broken",
    "refuse_unfolding",
    "replaced_in",
    "replaced_in_text",
    "resolve_references",
    "root_tag",
    "says_the_same",
    "settings_difference",
    "settings_in",
    "start_tags",
    "state_difference",
    "text_difference",
    "tree_with_drafts",
    "usage_key_of",
    "with_attributes",
    "with_names",
    "with_renamed_files",
    "without_url_name",
    "write_archive",
    "write_folder",
    "xml_safe",
]
