"""Writes the items of a library, with their files, into an archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import batched
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from ...content.api import settings_of, templates_among
from ...learning_core import api as learning_core
from ...learning_core.api import snapshots
from ...olx.api import can_be_packed
from ..format import names
from ..format.data import ChildRecord, EntityRecord, MediaRecord, VersionRecord
from ..format.rendering import entity_file, version_line
from .packing import Packer
from .selection import Selection

_BATCH: Final = 200
_SPOOL_BYTES: Final = 1024 * 1024


@dataclass(slots=True)
class ItemsWriter:
    """
    Writes items.

    Args:
        packer: the archive.
        selection: the items and versions to write.
        after_each: is called after each item.
    """

    packer: Packer
    selection: Selection
    after_each: Callable[[], None]
    counts: Counter[str] = field(default_factory=Counter)
    keys: dict[int, str] = field(default_factory=dict)
    _shared: set[str] = field(default_factory=set)

    def write(self, when: datetime) -> None:
        """Write all items, then the line of each version that is neither a draft nor a published version."""
        with SpooledTemporaryFile(max_size=_SPOOL_BYTES) as lines:
            for pks in batched(self.selection.states, _BATCH):
                self._write_batch(pks, lines)
            if lines.tell():
                lines.seek(0)
                self.packer.add(names.MORE_VERSIONS, iter(lambda: lines.read(_SPOOL_BYTES), b""), when)

    def _write_batch(self, entity_pks: Collection[int], lines: IO[bytes]) -> None:
        version_pks = {pk for entity_pk in entity_pks for pk in self.selection.versions_of(entity_pk)}
        versions = snapshots.version_snapshots(version_pks)
        settings = settings_of(version_pks)
        texts = snapshots.media_texts({place.media_pk for each in versions.values() for place in each.media})
        of_entity: dict[int, list[snapshots.VersionSnapshot]] = {}
        for version in versions.values():
            of_entity.setdefault(version.entity_pk, []).append(version)
        templates = templates_among(entity_pks)
        for pk, entity in snapshots.entity_snapshots(entity_pks).items():
            records = {}
            for version in of_entity.get(pk, ()):
                records[version.version_num] = _version_record(version)
                if preserved := settings.get(version.pk):
                    records[version.version_num] = replace(
                        records[version.version_num],
                        settings=preserved.settings,
                        license=preserved.license,
                        license_holder=preserved.license_holder,
                        copyright_notice=preserved.copyright_notice,
                    )
            record = self._record(entity, of_entity.get(pk, ()), records, is_template=pk in templates)
            self._write_entity(pk, record, of_entity.get(pk, ()), texts, lines)
            self.after_each()

    def _record(
        self,
        entity: snapshots.EntitySnapshot,
        versions: Collection[snapshots.VersionSnapshot],
        records: dict[int, VersionRecord],
        *,
        is_template: bool,
    ) -> EntityRecord:
        state = self.selection.states[entity.pk]
        numbers = {version.pk: version.version_num for version in versions}
        return EntityRecord(
            key=entity.entity_ref,
            namespace=entity.namespace,
            item_type=entity.item_type,
            code=entity.code,
            can_stand_alone=entity.can_stand_alone,
            created=entity.created,
            draft=numbers.get(state.draft_pk or 0),
            published=numbers.get(state.published_pk or 0),
            versions=records,
            is_template=is_template,
        )

    def _write_entity(
        self,
        pk: int,
        record: EntityRecord,
        versions: Collection[snapshots.VersionSnapshot],
        texts: Mapping[int, str],
        lines: IO[bytes],
    ) -> None:
        toml = (
            names.container_toml(record.code)
            if record.is_container
            else names.component_toml(record.namespace, record.item_type, record.code)
        )
        current = {version.pk for version in versions if version.version_num in record.current}
        places = {
            version.version_num: [
                self._place(place, names.version_folder(toml, version.version_num), version) for place in version.media
            ]
            for version in versions
            if version.pk in current
        }
        unusual = {
            number: [medium for medium in media if not _can_be_told(medium, names.version_folder(toml, number))]
            for number, media in places.items()
        }
        latest = max((version.created for version in versions), default=record.created)
        self.packer.add(toml, entity_file(record, unusual).encode(), latest)
        self._count(record)
        self.keys[pk] = record.key
        for version in versions:
            if version.pk in current:
                for place, medium in zip(version.media, places[version.version_num], strict=True):
                    self._write_medium(place, medium.member, texts, version.created)
            else:
                self._write_older(record, version, texts, lines)

    def _write_older(
        self, record: EntityRecord, version: snapshots.VersionSnapshot, texts: Mapping[int, str], lines: IO[bytes]
    ) -> None:
        media = []
        for place in version.media:
            medium = MediaRecord(place.path, place.media_type, names.shared_file(place.digest))
            self._write_medium(place, medium.member, texts, version.created)
            media.append(medium)
        lines.write(version_line(record.key, replace(record.versions[version.version_num], media=tuple(media))))
        self.counts["other_versions"] += 1

    def _place(self, place: snapshots.MediaPlace, folder: str, version: snapshots.VersionSnapshot) -> MediaRecord:
        """Choose the member for a file: in the folder of its version, unless archives cannot have its path."""
        beside = [other.path for other in version.media if other.path < place.path]
        fits = can_be_packed(place.path, beside=beside)
        return MediaRecord(
            place.path, place.media_type, folder + place.path if fits else names.shared_file(place.digest)
        )

    def _write_medium(self, place: snapshots.MediaPlace, member: str, texts: Mapping[int, str], when: datetime) -> None:
        if member.startswith(names.FILES):
            if place.digest in self._shared:
                return
            self._shared.add(place.digest)
        text = texts.get(place.media_pk)
        self.packer.add(member, snapshots.read_medium(place.media_pk) if text is None else text.encode(), when)
        if place.path != learning_core.BLOCK_PATH:
            self.counts["files"] += 1

    def _count(self, record: EntityRecord) -> None:
        self.counts["containers" if record.is_container else "components"] += 1
        if record.is_container:
            self.counts[f"{record.item_type}s"] += 1
        if not record.current:
            self.counts["deleted"] += 1


def _can_be_told(medium: MediaRecord, folder: str) -> bool:
    """Return whether a reader can tell the type and the path of a file from its member."""
    usual = learning_core.media_type_of(medium.path)
    is_olx = medium.path == learning_core.BLOCK_PATH
    return medium.member == folder + medium.path and (is_olx or medium.media_type == usual)


def _version_record(version: snapshots.VersionSnapshot) -> VersionRecord:
    return VersionRecord(
        version_num=version.version_num,
        title=version.title,
        created=version.created,
        created_by=version.created_by,
        children=tuple(ChildRecord(place.entity_ref, place.pinned) for place in version.children),
    )
