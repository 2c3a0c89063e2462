"""Describes import jobs for pages, in words and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from ..admin_base.jobs import TONES, state_in_words
from ..jobs.api import UNFINISHED, JobState
from ..libraries.api import ContentLibrary
from .jobs.requests import CANCELED_TEXT
from .models import ImportJob, ModulestoreBlockMigration, ModulestoreMigration
from .sources.finding import titles_of
from .wording import error_in_words, outcomes_in_words


@dataclass(frozen=True, slots=True)
class SourceProgress:
    """
    One source of a job.

    Args:
        migration_pk: pk of the source's ModulestoreMigration.
        key, title: key and title of the source.
        state, tone: its state in words, and the style of a message about the state.
        error: why it was not imported; "" if it was.
        outcomes: numbers of blocks, with a word for their outcome.
        left_out: how many blocks were not imported.
    """

    migration_pk: int
    key: str
    title: str
    state: str
    tone: str
    error: str
    outcomes: tuple[tuple[int, str], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class JobProgress:
    """
    A job with its sources.

    Args:
        state, tone: its state in words, and the style of a message about the state.
        step: what the worker is doing; "" if none is at work.
        completed, total: steps.
        library: the library that is imported into; None if it was deleted.
    """

    job: ImportJob
    state: str
    tone: str
    step: str
    completed: int
    total: int
    sources: tuple[SourceProgress, ...]
    library: ContentLibrary | None

    @property
    def is_finished(self) -> bool:
        return self.job.state not in UNFINISHED

    @property
    def can_retry(self) -> bool:
        """Return whether the job can be retried: a source failed, or its deleted library can be created anew."""
        if not self.sources:
            return self.job.makes_library_anew
        return self.is_finished and any(source.error for source in self.sources)


def describe_jobs(jobs: Iterable[ImportJob]) -> list[JobProgress]:
    """Describe jobs in a constant number of queries."""
    jobs = list(jobs)
    migrations = [migration for job in jobs for migration in job.migrations.all()]
    titles = titles_of([migration.source.key for migration in migrations])
    rows = ModulestoreBlockMigration.objects.filter(overall_migration__in=migrations).values("overall_migration")
    left_out = dict(rows.annotate(n=Count("pk", filter=Q(target__isnull=True))).values_list("overall_migration", "n"))
    libraries = {
        library.learning_package_id: library
        for library in ContentLibrary.objects.filter(
            learning_package__in=[migration.target_id for migration in migrations]
        ).select_related("org", "learning_package")
    }
    return [_job_progress(job, titles, left_out, libraries) for job in jobs]


def _job_progress(
    job: ImportJob, titles: Mapping[str, str], left_out: Mapping[int, int], libraries: Mapping[Any, ContentLibrary]
) -> JobProgress:
    migrations = sorted(job.migrations.all(), key=lambda migration: migration.pk)
    library = libraries.get(migrations[0].target_id) if migrations else None
    task_status = job.task_status
    is_open = job.state in UNFINISHED
    state, tone = state_in_words(job), TONES.get(job.state, "info")
    if job.state == JobState.SUCCEEDED and any(left_out.get(migration.pk) for migration in migrations):
        state, tone = _("Done in part"), "warning"
    return JobProgress(
        job=job,
        state=state,
        tone=tone,
        step=str(task_status.state) if task_status and is_open and job.state == JobState.RUNNING else "",
        completed=task_status.completed_steps if task_status else 0,
        total=task_status.total_steps if task_status else 1,
        sources=tuple(_source_progress(migration, titles, left_out) for migration in migrations),
        library=library,
    )


def _source_progress(
    migration: ModulestoreMigration, titles: Mapping[str, str], left_out: Mapping[int, int]
) -> SourceProgress:
    missing = left_out.get(migration.pk, 0)
    state, tone = _("Done"), "success"
    if migration.finished is None:
        state, tone = _("Waiting"), "info"
    elif migration.is_failed and migration.error == CANCELED_TEXT:
        state, tone = _("Canceled"), "warning"
    elif migration.is_failed:
        state, tone = _("Failed"), "error"
    elif missing:
        state, tone = _("Done in part"), "warning"
    key = str(migration.source.key)
    return SourceProgress(
        migration_pk=migration.pk,
        key=key,
        title=titles.get(key, key),
        state=state,
        tone=tone,
        error=error_in_words(migration.error),
        outcomes=outcomes_in_words(migration.report.get("actions", {})),
        left_out=missing,
    )
