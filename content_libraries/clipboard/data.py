"""What the modules of the clipboard tell each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..content.api import ContainerSettingsData, FileMedia

COPIED_FROM: Final = "copied_from_block"
COPIED_VERSION: Final = "copied_from_version"

TAGS_OF_TYPES: Final[Mapping[str, str]] = {"section": "chapter", "subsection": "sequential", "unit": "vertical"}
"""Container type -> the OLX tag that courses have for it."""

CONTAINER_TYPES_OF_TAGS: Final = {tag: container_type for container_type, tag in TAGS_OF_TYPES.items()}

type TagsOfObjects = dict[str, dict[str, list[str]]]
"""Key of an item -> id of a taxonomy -> values."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    The draft of an item of a library, or of a block of a course, with all that is below it.

    Args:
        tag: the OLX tag of the item.
        title: its title.
        context_title: the title of its course; the key of its library.
        unit_key: the unit of a course that it is or stands in; "" for an item of a library.
        code: its own name, to suggest one for a file.
        olx: all of it. Each element says which item or block and version it was; components have a ``url_name``,
            except one that stands in its unit already.
        files: files of the components, by their keys.
        settings: what containers have besides their titles, by their keys.
        tags: tags of the item and of all below it; a component without tags has an empty entry.
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
