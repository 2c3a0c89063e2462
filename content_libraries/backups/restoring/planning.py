"""
Plans the restore of an archive into a library that exists.

Where nothing is replaced, a restore writes drafts only: what courses get does not change until somebody publishes. A
version gets the number that it has in the archive, unless the library has used the number already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from django.utils.translation import gettext as _

from ...errors import InvalidInputError
from ...learning_core import api as learning_core
from ...learning_core.api import restored, snapshots
from ...plan_basis import PlanBasis
from ..format.data import ChildRecord, CollectionRecord, EntityRecord, VersionRecord
from ..verifying.data import Archive
from .choosing import chosen_collections, chosen_items
from .contents import Content, archived_content, stored_contents
from .data import (
    WRITTEN,
    Action,
    Collision,
    PlannedCollection,
    PlannedItem,
    RestoreMode,
    RestoreOptions,
    RestorePlan,
)
from .publications import content_is_published, planned_publications, unpublished_pks


def plan_restore(learning_package_pk: int, archive: Archive, options: RestoreOptions) -> RestorePlan:
    """
    Plan a restore into a learning package. Writes nothing.

    Raises InvalidInputError if the archive does not hold what was chosen, or if the library has another kind of
    container with the key of a container of the archive.
    """
    return _Planner(learning_package_pk, archive, options, chosen_items(archive, options)).plan()


@dataclass(slots=True)
class _Planner:
    """
    Plans one restore.

    Args:
        known: items of the library that have a key of the archive.
        contents: pk of a draft or a published version -> its content in the library.
        numbers: key and number of a version in the archive -> its number in the library.
        targets: key in the archive -> key in the library.
        actions: key in the archive -> what happens to the item.
        publications: key in the archive -> number there of the version to publish.
    """

    learning_package_pk: int
    archive: Archive
    options: RestoreOptions
    items: Mapping[str, EntityRecord]
    known: dict[str, restored.KnownItem] = field(default_factory=dict)
    contents: dict[int, Content] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)
    publications: dict[str, int | None] = field(default_factory=dict)

    def plan(self) -> RestorePlan:
        self.known = restored.known_items(self.learning_package_pk, self.items.keys())
        self._check_kinds()
        versions = {pk for item in self.known.values() for pk in (item.draft_version_pk, item.published_version_pk)}
        self.contents = stored_contents(pk for pk in versions if pk is not None)
        for key, entity in self.items.items():
            self.actions[key] = self._action(entity)
        self._name_targets()
        self.publications = planned_publications(
            self.items, self.known, self.actions, self.options, is_published=self._is_published
        )
        writes, keeping = self._writes()
        deleted = self._deleted()
        collections = [self._collection(collection) for collection in chosen_collections(self.archive, self.options)]
        drafts = {record.key: record.draft for record in writes}
        published = {self.targets[key]: self._number_of(key, number) for key, number in self.publications.items()}
        unpublished = unpublished_pks(self.learning_package_pk, self.known, self.options)
        return RestorePlan(
            items=(*(self._planned(entity, drafts) for entity in self.items.values()), *deleted.values()),
            collections=(
                *(collection for collection, _record in collections),
                *self._deleted_collections(),
            ),
            writes=tuple(writes),
            keeping=frozenset(keeping),
            deleted_pks=tuple(deleted),
            published=published,
            unpublished_pks=unpublished,
            memberships=tuple(record for _collection, record in collections if record is not None),
            targets=self.targets,
            basis=self._basis(writes, deleted, (sorted(published.items()), unpublished)),
        )

    def _is_published(self, entity: EntityRecord, number: int) -> bool:
        content = self._content(entity, entity.versions[number])
        return content_is_published(self.known, self.contents, entity.key, content)

    def _number_of(self, key: str, number: int | None) -> int | None:
        return None if number is None else self.numbers[key, number]

    def _planned(self, entity: EntityRecord, drafts: Mapping[str, int | None]) -> PlannedItem:
        target, draft = self.targets[entity.key], _draft_of(entity)
        return PlannedItem(
            key=entity.key,
            action=self.actions[entity.key],
            target=target,
            item_type=entity.item_type,
            title=draft.title if draft else "",
            version_num=drafts.get(target),
        )

    def _check_kinds(self) -> None:
        for key, known in self.known.items():
            entity = self.items[key]
            if known.container_type and known.container_type != entity.item_type and not self._renames:
                raise InvalidInputError(
                    _("“%(key)s” is a %(kind)s in the library, and a %(other)s in the archive. Restore it elsewhere.")
                    % {"key": key, "kind": known.container_type, "other": entity.item_type}
                )

    @property
    def _renames(self) -> bool:
        return self.options.mode is RestoreMode.ADD and self.options.collision is Collision.RENAME

    def _action(self, entity: EntityRecord) -> Action:
        known, draft = self.known.get(entity.key), _draft_of(entity)
        if draft is None:
            return Action.SKIP if known else Action.CREATE
        if known is None:
            return Action.CREATE
        if known.draft_version_pk is None and known.container_type in (None, entity.item_type):
            return Action.RESTORE
        if known.draft_version_pk is not None and self.contents[known.draft_version_pk] == self._content(entity, draft):
            return Action.UNCHANGED
        if self.options.mode is RestoreMode.ADD:
            return Action.RENAME if self._renames else Action.SKIP
        return Action.UPDATE

    def _content(self, entity: EntityRecord, version: VersionRecord) -> Content:
        return archived_content(self.archive, entity, version)

    def _name_targets(self) -> None:
        """Choose the keys of items that are created under another key."""
        taken = learning_core.codes_in_use(self.learning_package_pk)
        containers, components = set(taken.containers), set(taken.components)
        for key, entity in self.items.items():
            self.targets[key] = key
            if entity.is_container:
                containers.add(entity.code)
            else:
                components.add((entity.item_type, entity.code))
        for key, action in self.actions.items():
            if action is Action.RENAME:
                entity = self.items[key]
                codes = (f"{entity.code[:240]}-{number}" for number in count(2))
                if entity.is_container:
                    code = next(code for code in codes if code not in containers)
                    containers.add(code)
                    self.targets[key] = code
                else:
                    code = next(code for code in codes if (entity.item_type, code) not in components)
                    components.add((entity.item_type, code))
                    self.targets[key] = f"{entity.namespace}:{entity.item_type}:{code}"

    def _writes(self) -> tuple[list[EntityRecord], set[str]]:
        """Return the records to write, and the keys of the records whose draft stays."""
        written = [self.items[key] for key, action in self.actions.items() if action in WRITTEN]
        versions = {entity.key: _shown(entity) for entity in written}
        there = {(key, number) for key, numbers in versions.items() for number in numbers}
        self._note_drafts_that_stay()
        shown = {(key, number) for key, number in self.publications.items() if number is not None}
        level = there | self._missing(shown - there)
        while level:
            for key, number in level:
                versions.setdefault(key, set()).add(number)
            level = self._pinned_by(level) - {(key, number) for key in versions for number in versions[key]}
        for key, numbers in versions.items():
            self._number(key, numbers)
        records = [self._record(self.items[key], numbers) for key, numbers in versions.items()]
        keeping = {self.targets[key] for key in versions if self.actions[key] not in WRITTEN}
        return records, keeping

    def _note_drafts_that_stay(self) -> None:
        """Note the numbers that drafts of the archive have in the library, which has the same content already."""
        for key, action in self.actions.items():
            draft, known = self.items[key].draft, self.known.get(key)
            if action is Action.UNCHANGED and draft is not None and known and known.draft_version_num is not None:
                self.numbers[key, draft] = known.draft_version_num

    def _pinned_by(self, level: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        """Return key and number of each version that other versions show, unless the library has the same version."""
        return self._missing(
            {
                (child.key, child.pinned)
                for key, number in level
                for child in self.items[key].versions[number].children
                if child.pinned is not None
            }
        )

    def _missing(self, wanted: set[tuple[str, int]]) -> set[tuple[str, int]]:
        """Return the versions, by key and number, that the library does not have. Note the numbers of the others."""
        pins = wanted - self.numbers.keys()
        there = {
            (self.known[key].pk, number): (key, number)
            for key, number in pins
            if key in self.known and self.targets[key] == key
        }
        stored = learning_core.numbered_versions(there)
        contents = stored_contents(stored.values())
        for pair, version_pk in stored.items():
            key, number = there[pair]
            if contents[version_pk] == self._content(self.items[key], self.items[key].versions[number]):
                self.numbers[key, number] = number
        return pins - self.numbers.keys()

    def _number(self, key: str, numbers: Iterable[int]) -> None:
        """Give versions the numbers that they get in the library, in their order, after all numbers there."""
        known = self.known.get(key) if self.targets[key] == key else None
        last = known.last_version_num if known else 0
        for number in sorted(numbers):
            last = max(last + 1, number)
            self.numbers[key, number] = last

    def _record(self, entity: EntityRecord, numbers: Iterable[int]) -> EntityRecord:
        """Return an item with its keys and numbers in the library."""
        versions = {
            self.numbers[entity.key, number]: replace(
                entity.versions[number],
                version_num=self.numbers[entity.key, number],
                children=tuple(self._child(child) for child in entity.versions[number].children),
            )
            for number in numbers
        }
        is_written = self.actions[entity.key] in WRITTEN
        draft = self.numbers.get((entity.key, entity.draft)) if is_written and entity.draft is not None else None
        target = self.targets[entity.key]
        code = entity.code if target == entity.key else target.rpartition(":")[2]
        return replace(entity, key=target, code=code, draft=draft, published=None, versions=versions)

    def _child(self, child: ChildRecord) -> ChildRecord:
        pinned = None if child.pinned is None else self.numbers[child.key, child.pinned]
        return ChildRecord(self.targets[child.key], pinned)

    def _deleted(self) -> dict[int, PlannedItem]:
        """Return the items of the library that a replacement of everything deletes, by pk."""
        if not self.options.replaces_everything:
            return {}
        stay = {key for key, entity in self.items.items() if _draft_of(entity) is not None}
        states = snapshots.current_states(self.learning_package_pk)
        live = [pk for pk, state in states.items() if state.draft_pk is not None]
        titles = learning_core.version_titles([states[pk].draft_pk or 0 for pk in live])
        return {
            pk: PlannedItem(
                key=entity.entity_ref,
                action=Action.DELETE,
                target=entity.entity_ref,
                item_type=entity.item_type,
                title=titles.get(states[pk].draft_pk or 0, ""),
            )
            for pk, entity in snapshots.entity_snapshots(live).items()
            if entity.entity_ref not in stay
        }

    def _collection(self, collection: CollectionRecord) -> tuple[PlannedCollection, CollectionRecord | None]:
        """Return what happens to a collection, and the record to write."""
        existing = self._collections().get(collection.code)
        keys = tuple(self.targets[key] for key in collection.keys if key in self.targets)
        record = replace(collection, keys=keys)
        if not collection.enabled:
            return PlannedCollection(collection.code, Action.SKIP, collection.code, collection.title), None
        if existing is None:
            return PlannedCollection(collection.code, Action.CREATE, collection.code, collection.title), record
        if self.options.mode is RestoreMode.ADD and existing.enabled:
            if not self._renames:
                return PlannedCollection(collection.code, Action.SKIP, collection.code, collection.title), None
            taken = self._collections()
            code = next(code for number in count(2) if (code := f"{collection.code[:240]}-{number}") not in taken)
            planned = PlannedCollection(collection.code, Action.RENAME, code, collection.title)
            return planned, replace(record, code=code)
        action = Action.UPDATE if existing.enabled else Action.RESTORE
        return PlannedCollection(collection.code, action, collection.code, collection.title), record

    def _collections(self) -> dict[str, snapshots.CollectionSnapshot]:
        found = snapshots.collection_snapshots(self.learning_package_pk, disabled_too=True)
        return {collection.code: collection for collection in found}

    def _deleted_collections(self) -> list[PlannedCollection]:
        if not self.options.replaces_everything:
            return []
        stay = {collection.code for collection in self.archive.collections if collection.enabled}
        return [
            PlannedCollection(code, Action.DELETE, code, collection.title)
            for code, collection in self._collections().items()
            if collection.enabled and code not in stay
        ]

    def _basis(self, writes: Iterable[EntityRecord], deleted: Iterable[int], published: object) -> PlanBasis[str]:
        facts = {"options": repr(self.options), "deleted": repr(sorted(deleted)), "published": repr(published)}
        for key in self.items:
            known = self.known.get(key)
            state = known and (known.draft_version_pk, known.published_version_pk, known.last_version_num)
            facts[f"item {key}"] = repr((str(self.actions[key]), self.targets[key], state))
        for record in writes:
            facts[f"write {record.key}"] = repr((sorted(record.versions), record.draft))
        return PlanBasis(facts)


def _draft_of(entity: EntityRecord) -> VersionRecord | None:
    return None if entity.draft is None else entity.versions[entity.draft]


def _shown(entity: EntityRecord) -> set[int]:
    """
    Return the numbers of the versions of an item that are written: the number of the draft.

    An item may be deleted while a container keeps a place for it. Its last version is written, and it stays deleted.
    """
    return {entity.draft} if entity.draft is not None else set(sorted(entity.versions)[-1:])
