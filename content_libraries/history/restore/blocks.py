"""Previews and applies the restore of a block of a course. Its place and the blocks in it stay."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ...actors import Actor
from ...courses import api as courses
from ...courses.api import CoursePermission, CoursePlan, UpdateBlock
from ...errors import InvalidInputError
from ...learning_core import api as learning_core
from ...learning_core.api import ChangeKind, set_changes
from ...learning_core.data import NumberedVersion
from ...libraries.api import author_pk
from ...olx.api import without_url_name
from ...plan_basis import PlanBasis
from ..change_sets import describe_change_set, item_place
from .data import ItemVersion, RestoreAction, Restored, RestorePlan, RestoreStep


@dataclass(frozen=True, slots=True)
class BlockRestore:
    """The plan as users see it, and the plan for the course."""

    plan: RestorePlan
    course_plan: CoursePlan


def plan_block(target: ItemVersion, key: UsageKey, *, user: Actor) -> BlockRestore:
    """Plan the restore of a block. Needs EDIT. Raises the errors of ``restore_versions``."""
    courses.require_in_course(user, key.course_key, CoursePermission.EDIT)
    _course_key, _learning_package_pk, entity_pk = item_place(key, user=user)
    if target.with_children:
        raise InvalidInputError(
            _("Blocks of a course are restored one by one. Leave out with_children, or undo the change sets."),
            field="with_children",
        )
    version, olx = _version(entity_pk, target)
    block = courses.course_store().blocks(key.course_key, [key]).get(key)
    if block is None:
        raise InvalidInputError(
            _("“%(block)s” is deleted, so it has no place in the course. Undo the change set that deleted it.")
            % {"block": key},
            field="item_key",
        )
    if without_url_name(olx) == block.olx:
        return BlockRestore(RestorePlan(target, ()), CoursePlan(()))
    step = RestoreStep(
        entity_pk=entity_pk,
        version_pk=version.pk,
        key=key,
        item_type=str(key.block_type),
        title=version.title,
        action=RestoreAction.REVERT,
        from_version=block.version_num,
        to_version=version.version_num,
    )
    course_plan = CoursePlan((UpdateBlock(key, olx),), PlanBasis({key: block.version_num}))
    return BlockRestore(RestorePlan(target, (step,)), course_plan)


def _version(entity_pk: int, target: ItemVersion) -> tuple[NumberedVersion, str]:
    """Find the earlier version and its OLX. Raises InvalidInputError."""
    version = set_changes.find_version_of(entity_pk, target.version_num)
    olx = None if version is None else courses.earlier_definition(version.pk)
    if version is None or olx is None:
        text = _("“%(item)s” has no version %(version)s (any more). Choose another one.")
        raise InvalidInputError(text % {"item": target.key, "version": target.version_num}, field="version_num")
    return version, olx


def restore_block(target: ItemVersion, key: UsageKey, *, user: Actor) -> Restored:
    """
    Give a block a new version with the OLX of an earlier one. Needs EDIT.

    Links follow the settings of the earlier version, as in an undo. Raises the errors of ``restore_versions``.
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
