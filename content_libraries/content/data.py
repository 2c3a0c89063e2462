"""Data classes of content, for other rooms too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..keys import ItemKey, LibraryContainerLocator
from ..learning_core.api import (
    ChangeSetMark,
    CollectionLabel,
    CollectionSummary,
    ComponentWrite,
    ContainerWrite,
    DraftWrites,
    FileMedia,
)

__all__ = [
    "ChangeSetMark",
    "ChildrenList",
    "CollectionLabel",
    "CollectionSummary",
    "ComponentWrite",
    "ContainerSettingsData",
    "ContainerWrite",
    "DraftWrites",
    "FileMedia",
    "Hierarchy",
    "HierarchyMember",
    "ItemLicense",
    "ItemSummary",
    "LicenseChange",
    "Licensing",
    "SavedOlx",
]


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """
    A component or a container as clients see it (wire: components-object, containers-object).

    Args:
        key: the item.
        display_name: title of the version that is shown: the draft, or the published version if that was asked for.
        published_display_name: title of the published version; None if there is no published version.
        tags_count: how many tags it has, implicit ancestors of hierarchical tags included.
        last_published, published_by: time and user of its last publish; None if it was never published.
        last_draft_created, last_draft_created_by: time and author of the draft version; None if it is softly deleted.
        has_unpublished_changes: whether draft and published state differ, in the item or anywhere below it.
        created, created_by: time and author of the item itself.
        modified: time of the version that is shown.
        can_stand_alone: False for a component that was made inside a container.
        version_num: number of the version that is shown.
        last_change_set: the change set that changed the draft last, or something below it; None if that is unknown.
        collections: the enabled collections that it is in; only filled when a single item is read.
        licensing: its license; only filled when a single item is read.
    """

    key: ItemKey
    display_name: str
    published_display_name: str | None
    tags_count: int
    last_published: datetime | None
    published_by: str | None
    last_draft_created: datetime | None
    last_draft_created_by: str | None
    has_unpublished_changes: bool
    created: datetime
    created_by: str | None
    modified: datetime
    can_stand_alone: bool
    version_num: int
    last_change_set: ChangeSetMark | None = None
    collections: tuple[CollectionLabel, ...] = ()
    licensing: Licensing | None = None

    @property
    def item_type(self) -> str:
        """Return the XBlock type of a component, or the type of a container."""
        if isinstance(self.key, LibraryContainerLocator):
            return self.key.container_type
        return self.key.block_type


@dataclass(frozen=True, slots=True)
class HierarchyMember:
    """An item in a hierarchy."""

    key: ItemKey
    display_name: str
    has_unpublished_changes: bool


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """
    Draft ancestors and descendants of an item (wire: containers-hierarchy).

    The item is the single member of its own level. Each ancestor is listed once, in the order of creation.
    Descendants are listed as often as they occur, in the order of the children.
    """

    key: ItemKey
    sections: tuple[HierarchyMember, ...] = ()
    subsections: tuple[HierarchyMember, ...] = ()
    units: tuple[HierarchyMember, ...] = ()
    components: tuple[HierarchyMember, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildrenList:
    """The children of a container in order, and ``version_num``, the number of the version of the container."""

    version_num: int
    children: list[ItemSummary]


@dataclass(frozen=True, slots=True)
class SavedOlx:
    """OLX and the number of the version that has it. After a save, ``olx`` is as it was sent."""

    olx: str
    version_num: int


@dataclass(frozen=True, slots=True)
class ContainerSettingsData:
    """
    Settings of one version of an item that Learning Core has no place for.

    Args:
        settings: the attributes that a section, subsection or unit had in the course that it came from, and its policy:
            name -> value as JSON. Libraries only show them.
        license: a code of ``licenses``, a license as a course spelled it, or the text of another license; "" without
            a license.
        license_holder: who holds the rights.
        copyright_notice: the notice that has to be shown.
    """

    settings: Mapping[str, object] = field(default_factory=dict)
    license: str = ""
    license_holder: str = ""
    copyright_notice: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.settings or self.license or self.license_holder or self.copyright_notice)


@dataclass(frozen=True, slots=True)
class ItemLicense:
    """
    A license with its holder and notice. It informs, and restricts nothing.

    Args:
        license: its code (``licenses``); "" without a license.
        license_text: the text of the license ``other``; "" for all others.
        license_holder: who holds the rights.
        copyright_notice: the notice that has to be shown.
    """

    license: str = ""
    license_text: str = ""
    license_holder: str = ""
    copyright_notice: str = ""


@dataclass(frozen=True, slots=True)
class LicenseChange:
    """New values for the license of an item. None leaves a value as it is, "" removes it. See ``ItemLicense``."""

    license: str | None = None
    license_text: str | None = None
    license_holder: str | None = None
    copyright_notice: str | None = None

    @property
    def is_empty(self) -> bool:
        return self == LicenseChange()


@dataclass(frozen=True, slots=True)
class Licensing:
    """
    The license of an item, and the license that counts for it.

    Args:
        own: the license that the item has itself.
        effective: its own license, else the license of the containers above it, else the license of the library.
        source: where the code of the effective license comes from: key of the item, a container, or the library.
    """

    own: ItemLicense
    effective: ItemLicense
    source: str
