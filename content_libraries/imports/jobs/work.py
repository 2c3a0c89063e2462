"""
Does an import job in a worker, which may die at any point without harm (ADR 0016).

Content, records, forwards and the mark that a source is done are one transaction, at whose end the lease is checked
(``jobs.leases``). So a source is imported completely or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.locator import LibraryLocator

from ... import conf
from ...errors import ContentLibrariesError
from ...jobs.api import UNFINISHED, JobCanceledError, JobState, JobWorker
from ...keys import library_key
from ...libraries.api import Permission, access_library, may, package_pk
from ...olx.api import tree_with_drafts
from ..apply import apply_plan, lock_target
from ..data import ImportPlan
from ..models import ImportJob, ModulestoreMigration, StoredPlan
from ..plan.outdated import ImportOutdatedError
from ..plan.planning import plan_tree
from ..plan.stored import load_options, load_stored, store_plan
from ..report import plan_report
from ..sources.base import Source
from ..sources.finding import find_again, require_forwarding
from ..sources.uploads import delete_expired_uploads
from .requests import STEPS, STEPS_PER_SOURCE, finish


def delete_expired() -> int:
    """Delete expired uploads and plans. Returns: how many were deleted."""
    count = delete_expired_uploads()
    oldest = datetime.now(UTC) - timedelta(days=conf.IMPORT_UPLOAD_DAYS.value)
    for plan in StoredPlan.objects.filter(created__lt=oldest).exclude(modulestoremigration__job__state__in=UNFINISHED):
        plan.delete()
        count += 1
    return count


def work_on(worker: JobWorker[ImportJob]) -> None:
    """Import the sources of a job that are not finished. An error in one source fails that source only."""
    _Import(worker).run()


@dataclass(slots=True)
class _Import:
    worker: JobWorker[ImportJob]

    @property
    def job(self) -> ImportJob:
        return self.worker.job

    def run(self) -> None:
        try:
            self.worker.step("Validating migration parameters", STEPS - 1)
            migrations = list(self.job.migrations.order_by("pk").values_list("pk", "finished"))
            for number, (pk, finished) in enumerate(migrations):
                self.worker.steps_done = STEPS - 1 + STEPS_PER_SOURCE * number
                if finished is None:
                    self._import_one(pk, number)
            self._delete_plans()
        except JobCanceledError:
            self._finish(canceled=True)
        else:
            self._finish(canceled=False)

    def _import_one(self, migration_pk: int, number: int) -> None:
        migration = (
            ModulestoreMigration.objects.select_related("upload", "plan", "source").filter(pk=migration_pk).first()
        )
        if migration is None:
            return
        try:
            kind = "legacy library" if isinstance(migration.source.key, LibraryLocator) else "course"
            self._import(migration, f"Importing {kind} ({number}): ")
        except ContentLibrariesError as error:
            ModulestoreMigration.objects.filter(pk=migration_pk, finished__isnull=True).update(
                finished=datetime.now(UTC), is_failed=True, error=error.message
            )

    def _import(self, migration: ModulestoreMigration, prefix: str) -> None:
        user = self.worker.acting_user()
        source = find_again(migration.source.key, migration.upload, user=user).open()
        is_new = migration.plan is None
        plan = self._new_plan(migration, source, user, prefix) if is_new else self._stored_plan(migration)
        try:
            self._apply(migration, plan, source, user, prefix)
        except ImportOutdatedError:
            if migration.is_plan_approved:
                raise
            plan = self._new_plan(migration, source, user, prefix)
            self._apply(migration, plan, source, user, prefix)

    def _new_plan(self, migration: ModulestoreMigration, source: Source, user: User, prefix: str) -> ImportPlan:
        options = load_options(migration.options)
        library = access_library(user, library_key(self.job.target_key), Permission.EDIT)
        self.worker.step(f"{prefix}Loading content", 1)
        tree = source.tree()
        if options.with_drafts:
            tree = tree_with_drafts(tree, place_all=True)
        self.worker.step(f"{prefix}Parsing staged OLX", 1)
        plan = plan_tree(tree, library, options, user=user, source_name=source.name)
        with transaction.atomic():
            lock_target(plan, package_pk(library))
            migration.plan = store_plan(plan, package_pk(library), upload=migration.upload, user=user)
            migration.save(update_fields=["plan"])
        return plan

    def _delete_plans(self) -> None:
        """Delete the plans of finished sources. A plan that a user started and that failed is kept for review."""
        of_job = self.job.migrations.filter(finished__isnull=False, plan__isnull=False).select_related("plan")
        for migration in of_job.exclude(is_failed=True, is_plan_approved=True):
            if migration.plan is not None:
                migration.plan.delete()

    def _stored_plan(self, migration: ModulestoreMigration) -> ImportPlan:
        assert migration.plan is not None  # noqa: S101 - the caller has checked it
        return load_stored(migration.plan)

    def _apply(
        self, migration: ModulestoreMigration, plan: ImportPlan, source: Source, user: User, prefix: str
    ) -> None:
        self.worker.step(f"{prefix}Importing staged content structure ({len(plan.writes())}/{len(plan.blocks)})", 2)
        library = access_library(user, plan.library_key, Permission.EDIT)
        if plan.options.forward:
            require_forwarding(plan.source_key, user=user)

        def settle(recorded: ModulestoreMigration) -> None:
            self.worker.settle()
            recorded.report = plan_report(plan)
            recorded.save(update_fields=["report"])

        publish_too = self.job.publish and may(user, library, Permission.PUBLISH)
        apply_plan(
            user,
            plan,
            source,
            publish_too=publish_too,
            migration=migration,
            settle=settle,
            is_confirmed=migration.is_plan_approved,
        )
        self.worker.step(f"{prefix}Cleaning staged content", 2)

    def _finish(self, *, canceled: bool) -> None:
        with self.worker.finishing() as job:
            migrations = list(job.migrations.select_related("source").order_by("pk"))
            failed = [migration for migration in migrations if migration.is_failed]
            error = "\n".join(f"{migration.source.key}: {migration.error}" for migration in failed)
            if canceled:
                finish(job, JobState.CANCELED, error)
            elif not migrations:
                finish(job, JobState.FAILED, _("The library “%(library)s” was deleted.") % {"library": job.target_key})
            elif len(failed) == len(migrations):
                finish(job, JobState.FAILED, error)
            else:
                finish(job, JobState.PARTIAL if failed else JobState.SUCCEEDED, error)
