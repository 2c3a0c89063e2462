"""Tells the meaning of OLX tags and attributes, for a reader that knows no XBlock classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CONTAINER_TAGS: Final = frozenset(
    {
        "chapter",
        "conditional",
        "course",
        "itembank",
        "library",
        "library_content",
        "problemset",
        "randomize",
        "sequential",
        "split_test",
        "vertical",
        "videosequence",
        "wrapper",
    }
)
"""Blocks whose element children are blocks."""

MARKUP_TAGS: Final = frozenset({"html", "problem", "video"})
"""Blocks whose element children never are."""

FILE_TAGS: Final = CONTAINER_TAGS | MARKUP_TAGS | {"annotatable", "lti", "poll_question", "word_cloud"}
"""Blocks that exports keep in files of their own, so that a bare pointer without its file is a loss."""

METADATA_TAGS: Final = frozenset({"show", "textbook", "wiki"})
"""Children of containers that say something about the container."""

ASIDE_FAMILY: Final = "xblock_asides.v1"

DRAFT_FOLDER: Final = "drafts/"
STATIC_FOLDER: Final = "static/"

PARENT_ATTRIBUTE: Final = "parent_url"
INDEX_ATTRIBUTE: Final = "index_in_children_list"

PLACE_ATTRIBUTES: Final = (PARENT_ATTRIBUTE, "parent_sequential_url", INDEX_ATTRIBUTE)
"""Attributes with the place of a draft. The second is the name of the first in exports of the old modulestore."""

_IDENTITY_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(FILE_TAGS, frozenset({"url_name", "filename"})),
    "course": frozenset({"url_name", "org", "course"}),
    "library": frozenset({"url_name", "org", "library"}),
}


def settings_among(tag: str, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes that are settings, and not the identity or the storage of a block."""
    identity = _IDENTITY_ATTRIBUTES.get(tag, frozenset({"url_name"}))
    return {name: value for name, value in attributes.items() if name not in identity}


def member_path(tag: str, url_name: str, extension: str = "xml") -> str:
    """Return the path of a block's definition. A colon in a url_name separates folders (old exports)."""
    return f"{tag}/{url_name.replace(':', '/')}.{extension}"


def may_hold_block(parent_tag: str, child_attributes: Mapping[str, str]) -> bool:
    """
    Return whether a child element may be a block.

    In an element with an unknown tag, it must at least have a name.
    """
    if parent_tag in CONTAINER_TAGS:
        return True
    return parent_tag not in MARKUP_TAGS and "url_name" in child_attributes


def is_metadata(tag: str, attributes: Mapping[str, str]) -> bool:
    """Return whether a child element of a container describes the container or is an aside, and so is not a block."""
    return tag in METADATA_TAGS or attributes.get("xblock-family") == ASIDE_FAMILY
