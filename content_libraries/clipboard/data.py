"""Data that the modules of the clipboard pass to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..content.api import ContainerSettingsData, FileMedia

COPIED_FROM: Final = "copied_from_block"
COPIED_VERSION: Final = "copied_from_version"

type TagsOfObjects = dict[str, dict[str, list[str]]]
"""Key of an item -> id of a taxonomy -> values."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    The draft of an item of a library, or of a block of a course, with all that is below it.

    Args:
        tag: the OLX tag of the item.
        title: the title of the item or block.
        context_title: the title of its course, or the key of its library.
        unit_key: the block itself if it is a unit of a course, or its unit; "" for an item of a library.
        code: the last part of its key, used to suggest a file name.
        olx: the item with all that is below it. Each element names the item or block that it was, and elements from
            a library name its version too. Components have a ``url_name``; when a unit holds a component twice, only
            the first occurrence has it.
        files: key of a component -> its files.
        settings: key of a container -> its settings and license, without the title; key of a component -> its license.
        tags: tags of the item and of all that is below it; a component without tags has an empty entry.
    """

    tag: str
    title: str
    context_title: str
    code: str
    olx: str
    unit_key: str = ""
    files: Mapping[str, tuple[FileMedia, ...]] = field(default_factory=dict)
    settings: Mapping[str, ContainerSettingsData] = field(default_factory=dict)
    tags: TagsOfObjects = field(default_factory=dict)
