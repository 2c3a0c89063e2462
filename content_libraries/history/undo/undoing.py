"""
Previews and applies the undo of a change set.

Both make the same plan. An undo sets the pointers of the items back to the versions before the set: the draft pointers
for a draft change log, the published pointers for a publish log (ADR 0046).
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from opaque_keys.edx.keys import UsageKey

from ...actors import Actor
from ...content import api as content
from ...courses import api as courses
from ...courses.api import CoursePermission
from ...imports import api as imports
from ...keys import LibraryLocatorV2
from ...learning_core import api as learning_core
from ...learning_core.api import ChangeKind, Effect, EffectKind, set_changes
from ...learning_core.data import ChangeSetLog, SetChange
from ...libraries import api as libraries
from ...libraries.api import Permission, author_pk
from ...sync import api as sync
from ...tagging import api as tagging
from ..change_sets import ContextKey, access_change_set, describe_change_set, item_type_of_key, keys_of_entities
from .data import ConflictReason, OnConflict, UndoAction, UndoConflict, Undone, UndoPlan, UndoStep
from .errors import NothingToUndoError, RecordsRemovedError, UndoConflictError
from .planning import Decision, Facts, changed_later, decide
from .wording import changed_later_text, together_text


def preview_undo(uuid: UUID, *, user: Actor) -> UndoPlan:
    """
    Plan the undo of a change set, and write nothing. See ``undo_change_set``.

    Raises the errors of ``undo_change_set``, except for conflicts: these are in the plan.
    """
    log, context_key = access_change_set(uuid, user=user)
    _require(log, context_key, user)
    plan, _effects = _plan(log, context_key, user)
    return plan


def undo_change_set(uuid: UUID, *, user: Actor, on_conflict: OnConflict = OnConflict.REFUSE) -> Undone:
    """
    Undo a change set: the versions before it come back, in one new change set of the kind ``undo``.

    Members of collections, tags and forwards of imports that the set changed come back, too, as far as nobody changed
    them since. The undo of an undo is a redo. The undo of a publish publishes the earlier versions again; drafts stay.

    Args:
        uuid: the change set.
        user: needs EDIT in the library or course, EDIT_FILES too if the set changed files of a course, and PUBLISH
            instead for a publish. Whoever lets references to an imported source lead elsewhere also needs what an
            import with forwards needs.
        on_conflict: whether to refuse the undo if items were changed after the set, or to leave these items out.

    Raises NotFoundError and NotAllowedError; UndoConflictError with the plan; NothingToUndoError if every item was
    changed since; RecordsRemovedError. On an error nothing is written.
    """
    log, context_key = access_change_set(uuid, user=user)
    _require(log, context_key, user)
    with transaction.atomic():
        learning_core.lock_package(log.learning_package_pk)
        plan, effects = _plan(log, context_key, user)
        if plan.conflicts and on_conflict is OnConflict.REFUSE:
            raise UndoConflictError(plan)
        if not plan.steps:
            raise NothingToUndoError(plan)
        with learning_core.named(ChangeKind.UNDO, source_key=log.source_key, undoes=log.uuid):
            new_log_pk = _move(log, context_key, plan, user)
            if new_log_pk is None:
                raise NothingToUndoError(plan)
            _take_back(log, context_key, effects, plan, user)
        change_set = describe_change_set(context_key, learning_core.change_sets.change_set_of(log.branch, new_log_pk))
    return Undone(plan, change_set)


def _require(log: ChangeSetLog, context_key: ContextKey, user: Actor) -> None:
    if isinstance(context_key, LibraryLocatorV2):
        libraries.access_library(user, context_key, Permission.EDIT if log.is_draft else Permission.PUBLISH)
    else:
        wanted = CoursePermission.EDIT if log.is_draft else CoursePermission.PUBLISH
        courses.require_in_course(user, context_key, wanted)


def _plan(log: ChangeSetLog, context_key: ContextKey, user: Actor) -> tuple[UndoPlan, list[Effect]]:
    changes = set_changes.set_changes(log)
    if not changes:
        raise RecordsRemovedError
    one_place = not isinstance(context_key, LibraryLocatorV2)
    versions = [pk for change in changes for pk in (change.old_version_pk, change.new_version_pk) if pk is not None]
    conflicting = changed_later(changes)
    facts = Facts(
        changes=changes,
        children=set_changes.child_pks_of(versions) if one_place and conflicting else {},
        one_place=one_place,
        later=set_changes.latest_changes(log.branch, [change.entity_pk for change in conflicting]),
    )
    effects = learning_core.effects_of(log.pk) if log.is_draft else []
    decision = decide(facts)
    shown = _Shown(log, context_key, changes)
    if not isinstance(context_key, LibraryLocatorV2) and log.is_draft and shown.has_files:
        courses.require_in_course(user, context_key, CoursePermission.EDIT_FILES)
    for key in imports.forwards_to_take_back(effects):
        imports.require_forwarding(key, user=user)
    plan = UndoPlan(
        change_set=describe_change_set(context_key, log),
        steps=tuple(shown.step(change) for change in decision.undoable),
        conflicts=tuple(shown.conflicts(decision, facts)),
        collections=_keys_of(effects, EffectKind.COLLECTION, EffectKind.MEMBERS),
        tagged=_keys_of(effects, EffectKind.TAGS),
        forwards=_keys_of(effects, EffectKind.FORWARDS),
    )
    return plan, effects


def _keys_of(effects: Collection[Effect], *kinds: EffectKind) -> tuple[str, ...]:
    return tuple(dict.fromkeys(effect.object_key for effect in effects if effect.kind in kinds))


class _Shown:
    """Describes changes with the keys and types of their items."""

    def __init__(self, log: ChangeSetLog, context_key: ContextKey, changes: Collection[SetChange]) -> None:
        self.is_draft = log.is_draft
        self.keys = keys_of_entities(log, context_key, [change.entity_pk for change in changes])
        self.has_files = len(self.keys) < len(changes)

    def step(self, change: SetChange) -> UndoStep:
        key = self.keys.get(change.entity_pk)
        return UndoStep(
            entity_pk=change.entity_pk,
            version_pk=change.old_version_pk,
            key=key,
            item_type=item_type_of_key(key),
            title=change.title,
            action=self._action(change),
            from_version=change.new_num,
            to_version=change.old_num,
        )

    def _action(self, change: SetChange) -> UndoAction:
        if change.old_version_pk is None:
            return UndoAction.DELETE if self.is_draft else UndoAction.UNPUBLISH
        if change.new_version_pk is None:
            return UndoAction.RESTORE if self.is_draft else UndoAction.PUBLISH
        return UndoAction.REVERT

    def conflicts(self, decision: Decision, facts: Facts) -> list[UndoConflict]:
        found = [
            self._conflict(
                change,
                change,
                facts,
                ConflictReason.CHANGED_LATER,
                changed_later_text(change.title, facts.later.get(change.entity_pk)),
            )
            for change in decision.changed_later
        ]
        found += [
            self._conflict(
                change, cause, facts, ConflictReason.BELONGS_TOGETHER, together_text(change.title, cause.title)
            )
            for change, cause in decision.together.items()
        ]
        return found

    def _conflict(
        self, change: SetChange, cause: SetChange, facts: Facts, reason: ConflictReason, message: str
    ) -> UndoConflict:
        key = self.keys.get(change.entity_pk)
        later = facts.later.get(cause.entity_pk)
        return UndoConflict(
            entity_pk=change.entity_pk,
            key=key,
            item_type=item_type_of_key(key),
            title=change.title,
            reason=reason,
            user=later.username if later else None,
            changed_at=later.at if later else None,
            change_set=later.change_set if later else None,
            message=message,
        )


def _move(log: ChangeSetLog, context_key: ContextKey, plan: UndoPlan, user: Actor) -> int | None:
    """Set the pointers back. Returns the pk of the new log."""
    versions = {step.entity_pk: step.version_pk for step in plan.steps}
    author = author_pk(user)
    if not log.is_draft:
        return learning_core.move_published(log.learning_package_pk, versions, author_pk=author)
    if isinstance(context_key, LibraryLocatorV2):
        return learning_core.move_drafts(log.learning_package_pk, versions, author_pk=author)
    log_pk = courses.move_course_drafts(context_key, versions, author_pk=author)
    sync.follow_moved_blocks(context_key, [step.key for step in plan.steps if isinstance(step.key, UsageKey)])
    return log_pk


def _take_back(
    log: ChangeSetLog, context_key: ContextKey, effects: Collection[Effect], plan: UndoPlan, user: Actor
) -> None:
    """Take back what the set changed besides versions. Items that are left out keep it."""
    if not effects:
        return
    kept_pks, author = {conflict.entity_pk for conflict in plan.conflicts}, author_pk(user)
    learning_core.take_back_collections(log.learning_package_pk, effects, author_pk=author, kept_pks=kept_pks)
    content.take_back_templates(effects, author_pk=author, kept_pks=kept_pks)
    if isinstance(context_key, LibraryLocatorV2):
        libraries.take_back_fields(context_key, effects, user=user)
    tagging.take_back_tags(effects, kept={str(conflict.key) for conflict in plan.conflicts})
    imports.take_back_forwards(effects)
