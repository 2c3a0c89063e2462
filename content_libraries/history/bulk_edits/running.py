"""Makes a bulk edit in a worker, which may die at any point without harm (ADR 0016)."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from ...errors import ContentLibrariesError
from ...jobs.api import JobCanceledError, JobKind, JobState, JobWorker, register
from ..models import BulkEditJob
from .applying import require_shown, write_plan
from .jobs import TASK_NAME, finish, request_of, result_of, retry_bulk_edit
from .planning import plan_bulk_edit


def _run(worker: JobWorker[BulkEditJob]) -> None:
    try:
        _edit(worker)
    except JobCanceledError:
        _end(worker, JobState.CANCELED)
    except ContentLibrariesError as error:
        _end(worker, JobState.FAILED, error.message)


def _edit(worker: JobWorker[BulkEditJob]) -> None:
    user = worker.acting_user()
    selection, edit = request_of(worker.job)
    worker.step(_("Looking for items"), 0)

    def report(done: int, total: int) -> None:
        worker.steps_done = done
        worker.step(_("Computing changes: %(done)s of %(total)s") % {"done": done, "total": total}, 0)

    plan = plan_bulk_edit(selection, edit, user=user, report=report)
    require_shown(plan, worker.job.fingerprint or None)
    worker.step(_("Writing changes"), 0)
    with transaction.atomic():
        change_set = write_plan(plan, user=user, job_uuid=worker.job.uuid) if plan.items else None
        with worker.finishing() as job:
            worker.check(job)
            job.change_set, job.result = change_set, result_of(plan)
            job.save(update_fields=["change_set", "result"])
            finish(job, JobState.SUCCEEDED)


def _end(worker: JobWorker[BulkEditJob], state: JobState, error: str = "") -> None:
    with worker.finishing() as job:
        finish(job, state, error)


BULK_EDITS: Final = register(
    JobKind(
        model=BulkEditJob,
        task_name=TASK_NAME,
        work=_run,
        finish=finish,
        retry=retry_bulk_edit,
        start_anew=lambda job: _("To start it anew, make the bulk edit in %(key)s again.") % {"key": job.context_key},
    )
)
