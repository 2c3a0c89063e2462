"""
What a worker does with a job, so that it can die at any point (ADR 0016).

- Content, records, forwards and the mark that a source is done are one transaction: a source is done or untouched.
- A job belongs to the worker that holds its lease. The transaction of a source ends with a look at the lease, under
  the lock of the job's row; a worker that was taken for dead cannot finish what another one has begun.
- States are written outside of that transaction, so that others see them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from user_tasks.models import UserTaskStatus

from .. import conf
from ..errors import ContentLibrariesError, NotAllowedError
from ..keys import library_key
from ..libraries.api import Permission, access_library, may, package_pk
from ..olx.api import tree_with_drafts
from .apply import apply_plan
from .data import ImportPlan
from .finding import find_again
from .jobs import STEPS, STEPS_PER_SOURCE, finish, send
from .models import UNFINISHED, ImportJob, JobState, ModulestoreMigration, StoredPlan
from .outdated import PlanOutdatedError
from .plan import plan_tree
from .report import plan_report
from .sources import Source
from .stored_plans import delete_stored, load_options, load_stored, store_plan
from .uploads import delete_expired

logger = logging.getLogger(__name__)

RESEND_AFTER = timedelta(minutes=1)
"""A job that nobody began for so long is sent again: its message may be lost."""


class JobCanceledError(Exception):
    """Somebody canceled the job."""


class LeaseLostError(Exception):
    """The job belongs to another worker now, or is finished."""


def run_job(job_uuid: UUID) -> None:
    """
    Do what is left of a job. Does nothing if another worker is at it, or if it is finished.

    What goes wrong with one source fails that source only. An unexpected exception gives the job back, to be tried
    again by the sweeper, and is raised.
    """
    job = _claim(job_uuid)
    if job is None:
        return
    worker = _Worker(job)
    try:
        worker.run()
    except LeaseLostError:
        logger.warning("The import %s belongs to another worker now", job_uuid)
    finally:
        worker.let_go()


def sweep_jobs() -> int:
    """
    Find jobs whose worker died or whose message was lost, and send them again, or fail them after too many attempts.

    Also deletes expired uploads and plans. To be called periodically. Returns how many jobs were found.
    """
    now = datetime.now(UTC)
    lost = Q(state=JobState.WAITING) & (
        Q(heartbeat__lt=now - RESEND_AFTER) | Q(heartbeat__isnull=True, created__lt=now - RESEND_AFTER)
    )
    jobs = list(ImportJob.objects.filter(lost | _is_dead(now)))
    for job in jobs:
        if job.attempts >= conf.IMPORT_ATTEMPTS.value:
            _give_up(job.pk)
            continue
        if job.state == JobState.WAITING:
            ImportJob.objects.filter(pk=job.pk, state=JobState.WAITING).update(heartbeat=now)
        send(job.uuid)
    delete_expired()
    for plan in StoredPlan.objects.filter(created__lt=now - timedelta(days=conf.IMPORT_UPLOAD_DAYS.value)).exclude(
        modulestoremigration__job__state__in=UNFINISHED
    ):
        delete_stored(plan)
    return len(jobs)


def _is_dead(now: datetime) -> Q:
    lease = timedelta(seconds=conf.IMPORT_LEASE_SECONDS.value)
    return Q(state=JobState.RUNNING, heartbeat__lt=now - lease)


def _claim(job_uuid: UUID) -> ImportJob | None:
    """Take a job that waits, or whose worker is dead. One conditional update, so only one worker gets it."""
    now = datetime.now(UTC)
    lease = uuid4()
    claimed = ImportJob.objects.filter(Q(state=JobState.WAITING) | _is_dead(now), uuid=job_uuid).update(
        state=JobState.RUNNING, lease=lease, heartbeat=now, attempts=F("attempts") + 1
    )
    return ImportJob.objects.select_related("user", "task_status").get(uuid=job_uuid) if claimed else None


def _give_up(job_pk: int) -> None:
    with transaction.atomic():
        job = ImportJob.objects.select_for_update().select_related(None).get(pk=job_pk)
        if job.state in UNFINISHED:
            state = JobState.CANCELED if job.cancel_requested else JobState.FAILED
            finish(job, state, f"The import broke off {job.attempts} times. Ask the staff of the site to look at it.")


@dataclass(slots=True)
class _Worker:
    job: ImportJob
    lease: UUID | None = field(init=False)
    steps_done: int = 0

    def __post_init__(self) -> None:
        self.lease = self.job.lease

    def run(self) -> None:
        try:
            self._step("Validating migration parameters", STEPS - 1)
            migrations = list(self.job.migrations.order_by("pk").values_list("pk", "finished"))
            for number, (pk, finished) in enumerate(migrations):
                self.steps_done = STEPS - 1 + STEPS_PER_SOURCE * number
                if finished is None:
                    self._import_one(pk, number)
            self._delete_plans()
        except JobCanceledError:
            self._finish(canceled=True)
        else:
            self._finish(canceled=False)

    def let_go(self) -> None:
        """Give an unfinished job back, if it is still this worker's."""
        ImportJob.objects.filter(pk=self.job.pk, lease=self.lease, state=JobState.RUNNING).update(
            state=JobState.WAITING, lease=None
        )

    def _import_one(self, migration_pk: int, number: int) -> None:
        migration = (
            ModulestoreMigration.objects.select_related("upload", "plan", "source").filter(pk=migration_pk).first()
        )
        if migration is None:
            return
        try:
            self._import(migration, f"Migrating legacy content ({number}): ")
        except ContentLibrariesError as error:
            ModulestoreMigration.objects.filter(pk=migration_pk, finished__isnull=True).update(
                finished=datetime.now(UTC), is_failed=True, error=error.message
            )

    def _import(self, migration: ModulestoreMigration, prefix: str) -> None:
        user = self._user()
        source = find_again(migration.source.key, migration.upload, user=user).open()
        is_new = migration.plan is None
        plan = self._new_plan(migration, source, user, prefix) if is_new else self._stored_plan(migration)
        try:
            self._apply(migration, plan, source, user, prefix)
        except PlanOutdatedError:
            if migration.is_plan_approved:
                raise
            plan = self._new_plan(migration, source, user, prefix)
            self._apply(migration, plan, source, user, prefix)

    def _new_plan(self, migration: ModulestoreMigration, source: Source, user: User, prefix: str) -> ImportPlan:
        options = load_options(migration.options)
        library = access_library(user, library_key(self.job.target_key), Permission.EDIT)
        self._step(f"{prefix}Loading legacy content", 1)
        tree = source.tree()
        if options.with_drafts:
            tree = tree_with_drafts(tree)
        self._step(f"{prefix}Parsing staged OLX", 1)
        plan = plan_tree(tree, library, options)
        with transaction.atomic():
            migration.plan = store_plan(plan, package_pk(library), upload=migration.upload, user=user)
            migration.save(update_fields=["plan"])
        return plan

    def _delete_plans(self) -> None:
        """Delete what was planned, but not a plan that somebody asked for and that failed: it can be looked at."""
        of_job = self.job.migrations.filter(finished__isnull=False, plan__isnull=False).select_related("plan")
        for migration in of_job.exclude(is_failed=True, is_plan_approved=True):
            if migration.plan is not None:
                delete_stored(migration.plan)

    def _stored_plan(self, migration: ModulestoreMigration) -> ImportPlan:
        assert migration.plan is not None  # noqa: S101 - the caller looked
        return load_stored(migration.plan)

    def _apply(
        self, migration: ModulestoreMigration, plan: ImportPlan, source: Source, user: User, prefix: str
    ) -> None:
        self._step(f"{prefix}Importing staged content structure ({len(plan.writes())}/{len(plan.blocks)})", 2)
        library = access_library(user, plan.library_key, Permission.EDIT)

        def settle(recorded: ModulestoreMigration) -> None:
            job = ImportJob.objects.select_for_update().get(pk=self.job.pk)
            self._check(job)
            recorded.report = plan_report(plan)
            recorded.save(update_fields=["report"])

        publish_too = self.job.publish and may(user, library, Permission.PUBLISH)
        apply_plan(user, plan, source, publish_too=publish_too, migration=migration, settle=settle)
        self._step(f"{prefix}Cleaning staged content", 2)

    def _user(self) -> User:
        user = self.job.user
        if user is None:
            raise NotAllowedError("The user who started this import does not exist any more.")
        user.refresh_from_db()
        return user

    def _step(self, text: str, steps: int) -> None:
        """Tell others where the job is, and hear from them whether to go on. Never inside of a transaction."""
        ImportJob.objects.filter(pk=self.job.pk, lease=self.lease).update(heartbeat=datetime.now(UTC))
        self._check(ImportJob.objects.get(pk=self.job.pk))
        self.steps_done += steps
        UserTaskStatus.objects.filter(import_job=self.job).update(
            state=text[:128],
            completed_steps=self.steps_done,
            attempts=self.job.attempts,
            modified=datetime.now(UTC),
        )

    def _check(self, job: ImportJob) -> None:
        if job.lease != self.lease or job.state != JobState.RUNNING:
            raise LeaseLostError
        if job.cancel_requested:
            raise JobCanceledError

    def _finish(self, *, canceled: bool) -> None:
        with transaction.atomic():
            job = ImportJob.objects.select_for_update().get(pk=self.job.pk)
            if job.lease != self.lease:
                raise LeaseLostError
            migrations = list(job.migrations.select_related("source").order_by("pk"))
            failed = [migration for migration in migrations if migration.is_failed]
            error = "\n".join(f"{migration.source.key}: {migration.error}" for migration in failed)
            if canceled:
                finish(job, JobState.CANCELED, error)
            elif not migrations:
                finish(job, JobState.FAILED, f"The library “{job.target_key}” was deleted.")
            elif len(failed) == len(migrations):
                finish(job, JobState.FAILED, error)
            else:
                finish(job, JobState.PARTIAL if failed else JobState.SUCCEEDED, error)
