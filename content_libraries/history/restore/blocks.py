"""Previews and applies the restore of a block of a course, with or without the blocks in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ...actors import Actor
from ...courses import api as courses
from ...courses.api import CoursePermission, CoursePlan, CourseStructure, DeleteFile, PutFile
from ...errors import InvalidInputError
from ...learning_core import api as learning_core
from ...learning_core.api import ChangeKind, set_changes
from ...libraries.api import author_pk
from ...olx.api import without_url_name
from ..change_sets import describe_change_set, item_place
from .course_changes import EarlierBlock, Place, action_on, moved_blocks, place_among, plan_changes
from .data import ItemVersion, RestoreAction, Restored, RestorePlan, RestoreStep
from .versions import Versions, no_container, no_version, versions_then, wanted_version


@dataclass(frozen=True, slots=True)
class BlockRestore:
    """The plan as users see it, and the plan for the course."""

    plan: RestorePlan
    course_plan: CoursePlan


def plan_block(target: ItemVersion, key: UsageKey, *, user: Actor) -> BlockRestore:
    """Plan the restore of a block. Needs EDIT. Raises the errors of ``restore_versions``."""
    courses.require_in_course(user, key.course_key, CoursePermission.EDIT)
    _course_key, _learning_package_pk, entity_pk = item_place(key, user=user)
    structure = courses.course_store().structure(key.course_key)
    is_deleted = key not in structure.blocks
    wanted = _earlier_blocks(target, key, entity_pk, is_deleted=is_deleted)
    present = [found for found in wanted if found in structure.blocks]
    changes = plan_changes(
        wanted,
        structure=structure,
        definitions={
            found: block.olx for found, block in courses.course_store().blocks(key.course_key, present).items()
        },
        place=_place_of(key, entity_pk, structure) if is_deleted else None,
    )
    changed_keys = [change.usage_key for change in changes if not isinstance(change, PutFile | DeleteFile)]
    course_plan = CoursePlan(tuple(changes), courses.versions_in(structure, changed_keys))
    outcome = courses.outcome_of(course_plan, structure)
    changed = frozenset(outcome.definitions.keys() | outcome.children.keys())
    steps = (*_steps(wanted, structure, changed), *_deletions(outcome.deleted, structure))
    return BlockRestore(RestorePlan(target, steps), course_plan)


def restore_block(target: ItemVersion, key: UsageKey, *, user: Actor) -> Restored:
    """
    Give a block, and what was in it if asked for, new versions with the content of earlier ones. Needs EDIT.

    Links follow the settings of the earlier versions, as in an undo. Raises the errors of ``restore_versions``.
    """
    courses.require_in_course(user, key.course_key, CoursePermission.EDIT)
    with transaction.atomic(), learning_core.named(ChangeKind.RESTORE):
        courses.lock_course(key.course_key)
        restore = plan_block(target, key, user=user)
        if not restore.plan.steps:
            return Restored(restore.plan, None)
        applied = courses.write_course_plan(key.course_key, restore.course_plan, author_pk=author_pk(user))
        if not isinstance(applied.change_set, int):
            return Restored(restore.plan, None)
        log = learning_core.change_sets.change_set_of("draft", applied.change_set)
        return Restored(restore.plan, describe_change_set(key.course_key, log))


def _earlier_blocks(
    target: ItemVersion, key: UsageKey, entity_pk: int, *, is_deleted: bool
) -> dict[UsageKey, EarlierBlock]:
    """Read the block, and what was in it if asked for, as they were. Raises InvalidInputError."""
    version = wanted_version(target, entity_pk)
    then: Versions = versions_then(entity_pk, version) if target.with_children else {entity_pk: version.pk}
    version_pks = {pk: version_pk for pk, version_pk in then.items() if version_pk is not None}
    children = set_changes.ordered_child_pks_of(version_pks.values()) if target.with_children else {}
    if target.with_children and not courses.holds_blocks(key.block_type) and version.pk not in children:
        raise no_container(target)
    keys = courses.block_keys_of(version_pks)
    numbered = set_changes.named_versions(version_pks.values())
    texts = courses.earlier_definitions(version_pks.values())
    if version.pk not in texts:
        raise no_version(target)
    left_alone = not target.with_children and not is_deleted

    def held_by(version_pk: int) -> tuple[UsageKey, ...]:
        """Return the children that were not deleted then."""
        return tuple(keys[pk] for pk in children.get(version_pk, ()) if pk in keys)

    return {
        keys[pk]: EarlierBlock(
            key=keys[pk],
            entity_pk=pk,
            version=numbered[version_pk],
            olx=without_url_name(texts[version_pk]),
            children=None if left_alone else held_by(version_pk),
        )
        for pk, version_pk in version_pks.items()
    }


def _place_of(key: UsageKey, entity_pk: int, structure: CourseStructure) -> Place:
    """Return where a deleted block comes back. Raises InvalidInputError if its place is gone, or not known."""
    places = set_changes.places_before_deletion(entity_pk)
    keys = courses.block_keys_of({*places, *(pk for children in places.values() for pk in children)})
    for parent_pk, children in places.items():
        parent = keys.get(parent_pk)
        if parent is not None and parent in structure.blocks:
            before = tuple(keys[pk] for pk in children[: children.index(entity_pk)] if pk in keys)
            return Place(parent, place_among(structure.children.get(parent, ()), before))
    for parent_pk in places:
        if parent_pk in keys:
            raise InvalidInputError(
                _(
                    "“%(block)s” stood in “%(parent)s”, which is deleted, too. Restore “%(parent)s” first, or undo the"
                    " change set that deleted it."
                )
                % {"block": key, "parent": keys[parent_pk]},
                field="item_key",
            )
    raise InvalidInputError(
        _("It is not known where “%(block)s” stood. Undo the change set that deleted it.") % {"block": key},
        field="item_key",
    )


def _steps(
    wanted: Mapping[UsageKey, EarlierBlock], structure: CourseStructure, changed: frozenset[UsageKey]
) -> Iterator[RestoreStep]:
    moved = moved_blocks(wanted, structure)
    for key, block in wanted.items():
        action = action_on(block, structure, changed, moved)
        if action is not None:
            now = structure.blocks.get(key)
            yield RestoreStep(
                entity_pk=block.entity_pk,
                version_pk=block.version.pk,
                key=key,
                item_type=str(key.block_type),
                title=block.version.title,
                action=action,
                from_version=now.version_num if now else None,
                to_version=block.version.version_num,
            )


def _deletions(deleted: Collection[UsageKey], structure: CourseStructure) -> Iterator[RestoreStep]:
    entities = {pk for pks in courses.find_block_entities(deleted).values() for pk in pks}
    for pk, key in sorted(courses.block_keys_of(entities).items()):
        now = structure.blocks[key]
        yield RestoreStep(
            entity_pk=pk,
            version_pk=None,
            key=key,
            item_type=str(key.block_type),
            title=now.title,
            action=RestoreAction.DELETE,
            from_version=now.version_num,
            to_version=None,
        )
