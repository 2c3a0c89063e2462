"""Chooses the items and versions that go into an archive: the chosen items, and everything that they need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...learning_core import api as learning_core
from ...learning_core.api import snapshots


@dataclass(frozen=True, slots=True)
class BackupOptions:
    """
    Says which parts of a library go into an archive.

    Args:
        items: ``entity_ref`` of chosen components and containers; with ``collections`` the archive is partial.
        collections: codes of chosen collections, with their items.
        deleted: also all deleted items and collections.
        history: also all versions, and the logs.
    """

    items: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    deleted: bool = False
    history: bool = False

    @property
    def is_partial(self) -> bool:
        return bool(self.items or self.collections)

    def as_json(self) -> dict[str, object]:
        """Return the options for a column of JSON."""
        return {
            "items": list(self.items),
            "collections": list(self.collections),
            "deleted": self.deleted,
            "history": self.history,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> BackupOptions:
        """Return the options of a column of JSON, which may be empty."""
        return cls(
            items=tuple(values.get("items", ())),
            collections=tuple(values.get("collections", ())),
            deleted=bool(values.get("deleted")),
            history=bool(values.get("history")),
        )


@dataclass(slots=True)
class Selection:
    """
    The content of an archive.

    Args:
        states: entity pk -> the state of each entity.
        more: entity pk -> pks of versions besides the draft and the published version.
    """

    states: dict[int, snapshots.EntityState] = field(default_factory=dict)
    more: dict[int, set[int]] = field(default_factory=dict)

    def versions_of(self, entity_pk: int) -> set[int]:
        """Return the pks of all versions of an entity."""
        return self.states[entity_pk].version_pks | self.more.get(entity_pk, set())

    def add_version(self, entity_pk: int, version_pk: int) -> bool:
        """Add a version. Returns whether it is new."""
        if version_pk in self.versions_of(entity_pk):
            return False
        self.more.setdefault(entity_pk, set()).add(version_pk)
        return True


def select(learning_package_pk: int, options: BackupOptions) -> Selection:
    """
    Choose the entities and versions of an archive.

    A container needs its children, also deleted ones, which keep their places. A place that is pinned needs its
    version. Every entity comes with its last version: so a deleted entity can be restored, and no number is used twice.
    """
    everything = snapshots.current_states(learning_package_pk)
    if options.is_partial:
        chosen = set(learning_core.entity_pks_of(learning_package_pk, options.items).values())
        for collection in snapshots.collection_snapshots(learning_package_pk, disabled_too=False):
            if collection.code in options.collections:
                chosen.update(collection.entity_pks)
        chosen = {pk for pk in chosen if options.deleted or everything[pk].version_pks}
    else:
        chosen = {pk for pk, state in everything.items() if options.deleted or state.version_pks}
    selection = Selection()
    _add(selection, everything, chosen, options)
    selection.states = {pk: everything[pk] for pk in everything if pk in selection.states}
    return selection


def _add(
    selection: Selection, everything: dict[int, snapshots.EntityState], chosen: Collection[int], options: BackupOptions
) -> None:
    """Add entities, and everything that they need, level by level."""
    level = _add_entities(selection, everything, chosen, options)
    while level:
        places = list(snapshots.places_in(level))
        fresh = {entity_pk for entity_pk, _pin in places} - selection.states.keys()
        level = _add_entities(selection, everything, fresh, options)
        level |= {pin for entity_pk, pin in places if pin is not None and selection.add_version(entity_pk, pin)}


def _add_entities(
    selection: Selection,
    everything: dict[int, snapshots.EntityState],
    entity_pks: Iterable[int],
    options: BackupOptions,
) -> set[int]:
    """Add entities with their versions. Returns the pks of these versions."""
    added = sorted(entity_pks)
    selection.states.update({pk: everything[pk] for pk in added})
    versions = {version_pk for pk in added for version_pk in everything[pk].version_pks}
    more = snapshots.all_version_pks(added) if options.history else snapshots.last_version_pks(added).items()
    for entity_pk, version_pk in more:
        if selection.add_version(entity_pk, version_pk):
            versions.add(version_pk)
    return versions
