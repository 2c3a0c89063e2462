"""The content of an archive, as data classes. The field ``key`` of an item is its name in Learning Core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ...olx.data import Limits

FORMAT_VERSION: Final = 1
"""Version of the format of openedx-core, in ``[meta]`` of ``package.toml``."""

EXTENSION_VERSION: Final = 1
"""Version of the additions of this app to the format, in ``[content_libraries]`` of ``package.toml``."""

ARCHIVE_LIMITS: Final = Limits(members=200_000, total_bytes=16 * 1024**3, total_text_bytes=256 * 1024**2)
"""
Limits of archives, for readers and writers alike, so that each archive that is written can be read.

``total_text_bytes`` limits what readers hold in memory: the TOML files and the lines of JSON, without OLX.
"""

CONTAINER_CHILDREN: Final[Mapping[str, str | None]] = {"unit": None, "subsection": "unit", "section": "subsection"}
"""Container type -> the container type of its children; None for components. It makes circles impossible."""


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """A place in a container. ``pinned`` is the number of the version that is shown; None for the current one."""

    key: str
    pinned: int | None = None


@dataclass(frozen=True, slots=True)
class MediaRecord:
    """
    A file or the OLX of a component.

    Args:
        path: path by which the component finds it, such as ``block.xml`` or ``static/pic.png``.
        media_type: for example ``image/png``; blank if it has to be guessed from the path.
        member: the member of the archive with the bytes.
    """

    path: str
    media_type: str
    member: str


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """
    A version of an item.

    Args:
        created_by: username of the author on the site of the archive; information only.
        settings: preserved settings of a container.
        license, license_holder, copyright_notice: the own license of a container or a component.
    """

    version_num: int
    title: str
    created: datetime
    created_by: str = ""
    children: tuple[ChildRecord, ...] = ()
    media: tuple[MediaRecord, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    license: str = ""
    license_holder: str = ""
    copyright_notice: str = ""


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """
    A component or a container.

    Args:
        key: ``entity_ref`` in Learning Core.
        namespace: namespace of the type of a component; blank for a container.
        item_type: block type of a component, or container type.
        draft, published: number of the current version; None without one.
        versions: the versions by number. Besides the current ones, there may be others: versions that are pinned, the
            last version of a deleted item, and the history.
        is_template: whether a unit is marked as a template.
    """

    key: str
    namespace: str
    item_type: str
    code: str
    can_stand_alone: bool
    created: datetime
    draft: int | None
    published: int | None
    versions: Mapping[int, VersionRecord]
    is_template: bool = False

    @property
    def is_container(self) -> bool:
        return not self.namespace

    @property
    def current(self) -> tuple[int, ...]:
        """Return the numbers of the draft and the published version, each once."""
        return tuple(dict.fromkeys(number for number in (self.draft, self.published) if number is not None))

    @property
    def is_deleted(self) -> bool:
        return self.draft is None


@dataclass(frozen=True, slots=True)
class CollectionRecord:
    """A collection with the keys of its items. A collection that is not ``enabled`` is deleted (softly)."""

    code: str
    title: str
    description: str
    created: datetime
    keys: tuple[str, ...]
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class LibraryRecord:
    """
    Holds what this app adds about the library and the archive.

    Args:
        license, allow_public_learning, allow_public_read: fields of the library.
        is_partial: whether the archive has only chosen items, and what they need.
        has_deleted: whether it has all deleted items.
        has_history: whether it has all versions, and the logs.
    """

    license: str = ""
    allow_public_learning: bool = False
    allow_public_read: bool = False
    is_partial: bool = False
    has_deleted: bool = False
    has_history: bool = False


@dataclass(frozen=True, slots=True)
class PackageRecord:
    """
    The library, and where the archive comes from.

    Args:
        library: None for an archive of openedx-core.
        created_at, created_by, created_by_email, origin: when, by whom and where the archive was made.
    """

    key: str
    title: str
    description: str
    created: datetime
    updated: datetime | None
    created_at: datetime | None
    created_by: str = ""
    created_by_email: str = ""
    origin: str = ""
    library: LibraryRecord | None = None


@dataclass(frozen=True, slots=True)
class TagsRecord:
    """
    The tags of an object.

    Args:
        kind: ``library``, ``item`` or ``collection``.
        key: key of the item or code of the collection; blank for the library.
        tags: export ids of taxonomies, and values.
    """

    kind: str
    key: str
    tags: tuple[tuple[str, str], ...]
