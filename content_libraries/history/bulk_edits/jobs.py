"""Starts, finds, cancels and retries bulk edits that workers make. The work of a worker is in ``running``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ... import conf, keys, site_language
from ...actors import Actor
from ...errors import InvalidInputError, NotFoundError
from ...jobs.api import (
    UNFINISHED,
    JobState,
    check_finished,
    create_status,
    end_job,
    refer_to,
    request_cancel,
    send_on_commit,
)
from ...keys import LibraryLocatorV2
from ...libraries.api import may_see
from ...olx.api import Replacing
from ...xblocks.data import BlockEdit, SettingsEdit
from ..models import BulkEditJob
from .applying import apply_bulk_edit
from .data import BulkEditPlan, BulkEditResult, Selection
from .planning import check_edit
from .selecting import count_items

TASK_NAME: Final = "content_libraries.history.bulk_edit"
MOST_LEFT_ALONE: Final = 100
"""How many items that are left alone a result lists. The count tells of all."""


def make_bulk_edit(
    selection: Selection, edit: BlockEdit, *, user: Actor, fingerprint: str | None = None, background: bool = False
) -> BulkEditResult | BulkEditJob:
    """
    Make a bulk edit at once if it is small; otherwise let a worker make it. Needs EDIT, also when the worker begins.

    Unfinished jobs of the user for the same edit are canceled before a worker gets it: they come from clicks on the
    same button. If items are changed after the preview and before the worker begins, the job fails and changes nothing.

    Args:
        selection: the items. Up to ``BULK_EDIT_MAX_AT_ONCE`` of them are edited at once.
        edit: new values of settings, or texts to find and replace.
        user: the author of the change.
        fingerprint: fingerprint of the preview that the user has seen. The edit is refused if it would do something
            else now.
        background: let a worker make it, however small it is.

    Returns: the result, or the job. Raises the errors of ``apply_bulk_edit``.
    """
    count = _checked_count(selection, edit, user)
    if background or count > conf.BULK_EDIT_MAX_AT_ONCE.value:
        return _start(selection, edit, refer_to(user), fingerprint or "", count)
    return apply_bulk_edit(selection, edit, user=user, fingerprint=fingerprint)


def find_bulk_edit(job_uuid: UUID, *, user: Actor) -> BulkEditJob:
    """Find a bulk edit of the user; staff find all. Raises NotFoundError."""
    job = _jobs().filter(uuid=job_uuid).first()
    if job is None or not may_see(user, job.user_id):
        raise NotFoundError(_("There is no bulk edit “%(job)s”.") % {"job": job_uuid})
    return job


def list_bulk_edits(*, user: Actor) -> QuerySet[BulkEditJob]:
    """Return the user's own bulk edits that workers make or made, newest first."""
    return _jobs().filter(user=refer_to(user)).order_by("-pk")


def cancel_bulk_edit(job_uuid: UUID, /, *, user: Actor) -> BulkEditJob:
    """
    Cancel a bulk edit of the user, unless it is finished. Staff can cancel bulk edits of all users.

    A canceled bulk edit changes nothing. Raises NotFoundError.
    """
    job = find_bulk_edit(job_uuid, user=user)
    request_cancel(BulkEditJob, job.pk)
    return find_bulk_edit(job_uuid, user=user)


def retry_bulk_edit(job_uuid: UUID, /, *, user: Actor) -> BulkEditJob:
    """
    Try a bulk edit again that failed or was canceled, in a new job.

    Raises NotFoundError, NotAllowedError, SearchEngineError, and InvalidInputError for a job that is not finished, or
    that succeeded.
    """
    job = find_bulk_edit(job_uuid, user=user)
    check_finished(job)
    if job.state == JobState.SUCCEEDED:
        raise InvalidInputError(_("This bulk edit is done. Undo its change set to take it back."))
    selection, edit = request_of(job)
    return _start(selection, edit, refer_to(user), job.fingerprint, _checked_count(selection, edit, user))


def finish(job: BulkEditJob, state: JobState, error: str = "") -> None:
    """
    End a job, in the caller's transaction.

    Args:
        job: locked by the caller, and not finished.
        error: a message for the author.
    """
    end_job(job, state, error, partial_name="Error")


def request_of(job: BulkEditJob) -> tuple[Selection, BlockEdit]:
    """Return the selection and the edit of a job."""
    context_key = keys.context_key(job.context_key)
    parse = keys.item_key if isinstance(context_key, LibraryLocatorV2) else keys.block_key
    wanted: Mapping[str, Any] = job.request
    selection = Selection(
        context_key=context_key,
        block_types=tuple(wanted["block_types"]),
        item_keys=tuple(parse(text) for text in wanted["item_keys"]),
        collection=wanted["collection"],
        query=wanted["query"],
    )
    return selection, SettingsEdit(wanted["settings"]) if "settings" in wanted else Replacing(**wanted["texts"])


def result_of(plan: BulkEditPlan) -> dict[str, Any]:
    """Return the counts and the items left alone of a plan, which the job stores as its result."""
    return {
        "looked_at": plan.looked_at,
        "changed_count": len(plan.items),
        "left_alone_count": len(plan.left_alone),
        "fields_changed": [
            {"name": count.name, "items": count.items, "changes": count.changes} for count in plan.fields
        ],
        "left_alone": [
            {
                "item_key": str(each.item.key),
                "item_type": each.item.item_type,
                "title": each.item.title,
                "problem": str(each.problem),
                "reason": each.reason,
            }
            for each in plan.left_alone[:MOST_LEFT_ALONE]
        ],
    }


def _checked_count(selection: Selection, edit: BlockEdit, user: Actor) -> int:
    check_edit(edit)
    return count_items(selection, user=user, only_blocks=isinstance(edit, SettingsEdit))


def _start(selection: Selection, edit: BlockEdit, person: User, fingerprint: str, item_count: int) -> BulkEditJob:
    job = BulkEditJob(
        user=person,
        context_key=str(selection.context_key),
        request=_request(selection, edit),
        fingerprint=fingerprint,
    )
    name = site_language.gettext("Bulk edit in %(key)s") % {"key": selection.context_key}
    with transaction.atomic():
        _cancel_redundant(job)
        # One step is the write.
        create_status(job, task_name=TASK_NAME, name=name, total_steps=item_count + 1)
        job.save()
        send_on_commit(job)
    return job


def _request(selection: Selection, edit: BlockEdit) -> dict[str, Any]:
    if isinstance(edit, SettingsEdit):
        wanted: dict[str, Any] = {"settings": dict(edit.values)}
    else:
        names = ("find", "replace", "whole_words", "regex", "match_case")
        wanted = {"texts": {name: getattr(edit, name) for name in names}}
    return {
        "block_types": list(selection.block_types),
        "item_keys": [str(key) for key in selection.item_keys],
        "collection": selection.collection,
        "query": selection.query,
        **wanted,
    }


def _cancel_redundant(job: BulkEditJob) -> None:
    unfinished = BulkEditJob.objects.filter(user=job.user, state__in=UNFINISHED, context_key=job.context_key)
    for other in unfinished:
        if other.request == job.request:
            request_cancel(BulkEditJob, other.pk)


def _jobs() -> QuerySet[BulkEditJob]:
    return BulkEditJob.objects.select_related("task_status", "user")
