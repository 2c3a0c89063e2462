"""Data classes of verified archives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ..format.data import CollectionRecord, EntityRecord, PackageRecord, TagsRecord
from ..format.errors import Problem


@dataclass(frozen=True, slots=True)
class FileFacts:
    """
    A member that is a file or the OLX of a component.

    Args:
        size: number of bytes.
        digest: digest of the bytes, as Learning Core makes it.
        is_text: whether the bytes are UTF-8 without NUL, as OLX has to be.
    """

    size: int
    digest: str
    is_text: bool


@dataclass(frozen=True, slots=True)
class Archive:
    """
    The content of an archive, without the bytes of files and of OLX.

    Args:
        entities: key -> item, in the order of the archive.
        files: member -> facts of each member that may be a file or the OLX of a component.
        tags: tags of the library, its items and collections.
        taxonomies: export id -> name of each taxonomy of the tags.
        roles: how many roles the archive mentions.
        change_sets: how many logs of drafts and publishes it has.
        has_manifest: whether the archive has a manifest. If it has one, the members match it.
        notes: oddities that do not keep the archive from being restored.
    """

    package: PackageRecord
    entities: Mapping[str, EntityRecord]
    collections: tuple[CollectionRecord, ...]
    files: Mapping[str, FileFacts]
    tags: tuple[TagsRecord, ...] = ()
    taxonomies: Mapping[str, str] | None = None
    roles: int = 0
    change_sets: int = 0
    has_manifest: bool = False
    notes: tuple[str, ...] = ()

    def counts(self) -> Counter[str]:
        """Count what the archive holds, by kind."""
        counts: Counter[str] = Counter(
            containers=0, components=0, collections=len(self.collections), sections=0, subsections=0, units=0
        )
        for entity in self.entities.values():
            counts["containers" if entity.is_container else "components"] += 1
            if entity.is_container:
                counts[f"{entity.item_type}s"] += 1
            counts["deleted"] += not entity.current
            counts["versions"] += len(entity.versions)
        counts["tags"] = sum(len(record.tags) for record in self.tags)
        counts["roles"] = self.roles
        counts["change_sets"] = self.change_sets
        counts["files"] = len(self.files)
        return counts


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """
    Describes the state of an archive, as ``verify_archive`` finds it.

    Args:
        archive: its content; None if it cannot be restored.
        problems: the reasons why it cannot be restored.
    """

    archive: Archive | None
    problems: tuple[Problem, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.archive is not None
