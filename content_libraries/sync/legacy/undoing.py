"""Undoes a conversion."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...actors import Actor
from ...courses.api import Block, CoursePlan, UpdateBlock, course_store, lock_course, write_course_plan
from ...errors import ConflictError, InvalidInputError
from ...jobs.api import UNFINISHED
from ...learning_core.api import ChangeKind, named
from ...libraries.api import author_pk
from ...olx.api import with_attributes
from ..models import LegacyConversion
from .jobs import find_conversion


class UndoConflictError(ConflictError):
    """Links that a conversion made were synced, declined or removed since. An undo would lose those changes."""

    code = "undo_conflict"

    def __init__(self, keys: list[UsageKey]) -> None:
        self.keys = keys
        named = ", ".join(f"“{key}”" for key in keys)
        super().__init__(
            _("These blocks were synced, declined or unlinked since: %(blocks)s. Unlink them one by one.")
            % {"blocks": named}
        )


def undo_conversion(conversion_uuid: UUID, *, user: Actor) -> LegacyConversion:
    """
    Undo a conversion: give its blocks back the attributes that they had, in one change set.

    Other edits since the conversion and the published version stay. Blocks that were deleted since are left out.

    Args:
        user: the user who started the conversion, or staff. Still needs EDIT.

    Raises NotFoundError, NotAllowedError, UndoConflictError, and InvalidInputError if the conversion is not finished,
    changed nothing or was undone already. On an error nothing changes.
    """
    course_key = find_conversion(conversion_uuid, user=user).course_key
    with transaction.atomic():
        lock_course(course_key)
        conversion = LegacyConversion.objects.select_for_update().get(uuid=conversion_uuid)
        _refuse_pointless(conversion)
        changes = {UsageKey.from_string(change["usage_key"]): change for change in conversion.changes}
        blocks = course_store().blocks(course_key, list(changes))
        changed = [key for key, block in blocks.items() if _is_changed(block, changes[key])]
        if changed:
            raise UndoConflictError(sorted(changed))
        updates = [
            UpdateBlock(key, with_attributes(block.olx, changes[key]["before"])) for key, block in blocks.items()
        ]
        if updates:
            with named(ChangeKind.UNDO, job_uuid=conversion.uuid):
                write_course_plan(course_key, CoursePlan(tuple(updates)), author_pk=author_pk(user))
        conversion.undone = datetime.now(UTC)
        conversion.save(update_fields=["undone"])
    return find_conversion(conversion_uuid, user=user)


def follow_moved_blocks(course_key: CourseKey, usage_keys: Collection[UsageKey]) -> None:
    """
    Mark the conversions of blocks that an undo or redo of a change set has moved as undone, or as not undone any more.

    A conversion is undone if none of its blocks has the link any more that the conversion made. Checks no permission;
    the caller has locked the course.
    """
    moved = {str(key) for key in usage_keys}
    conversions = LegacyConversion.objects.select_for_update().filter(course_key=course_key).exclude(changes=[])
    for conversion in conversions.order_by("pk"):
        changes = {change["usage_key"]: change for change in conversion.changes}
        if moved.isdisjoint(changes):
            continue
        blocks = course_store().blocks(course_key, [UsageKey.from_string(key) for key in changes])
        is_undone = all(_is_changed(block, changes[str(key)]) for key, block in blocks.items())
        if is_undone != (conversion.undone is not None):
            conversion.undone = datetime.now(UTC) if is_undone else None
            conversion.save(update_fields=["undone"])


def _refuse_pointless(conversion: LegacyConversion) -> None:
    if conversion.state in UNFINISHED:
        raise InvalidInputError(_("This conversion is not finished. Wait for it, or cancel it."))
    if conversion.undone is not None:
        raise InvalidInputError(_("This conversion was undone already."))
    if not conversion.changes:
        raise InvalidInputError(_("This conversion changed nothing."))


def _is_changed(block: Block, change: Mapping[str, Any]) -> bool:
    """Return whether a block's link settings changed since the conversion. New local changes of fields do not count."""
    after = {name: value for name, value in change["after"].items() if name != "downstream_customized"}
    return any(block.settings.get(name) != value for name, value in after.items())
