"""
Starts, finds, cancels and ends import jobs (wire: imports-jobs; ADR 0016).

The work of a worker is in ``running``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ... import site_language
from ...actors import OPERATOR, Actor
from ...errors import InvalidInputError, NotAllowedError, NotFoundError
from ...jobs.api import UNFINISHED, JobState, create_status, end_job, refer_to, request_cancel, send_on_commit
from ...keys import CourseKey, LibraryLocatorV2
from ...learning_core.api import collection_codes_of, entity_pks_after, lock_package
from ...libraries.api import ContentLibrary, Permission, access_library, delete_library, may_see, package_pk
from ..data import ImportOptions
from ..models import (
    ImportJob,
    ModulestoreMigration,
    ModulestoreSource,
    StoredPlan,
)
from ..plan.collecting import plan_collection
from ..plan.repeating import RepeatInDoubtError
from ..plan.stored import dump_options, load_options
from ..sources.finding import FoundSource, find_again, find_source

TASK_NAME: Final = "content_libraries.imports.run"

STEPS: Final = 5
STEPS_PER_SOURCE: Final = 6

CANCELED_TEXT: Final = gettext_noop("This import was canceled before it was done.")
"""Stored as the error of sources that a canceled job did not import; in English, because it is compared."""


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """One source of a new job, with its options; ``upload_uuid`` as in ``find_source``."""

    key: CourseKey
    options: ImportOptions = field(default_factory=ImportOptions)
    upload_uuid: UUID | None = None


def start_imports(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    sources: Sequence[SourceRequest],
    publish: bool = False,
    made_library: bool = False,
) -> ImportJob:
    """
    Let a worker import sources into a library.

    The user's unfinished jobs with one of the same sources into the same library are canceled when the new job is
    committed: they come from clicks on the same button.

    Args:
        user: needs EDIT on the library, and has to be able to read every source.
        sources: the sources, in the order in which they are imported; no key twice.
        publish: publish the written items, if the user has PUBLISH at that time.
        made_library: whether the library was created for this job. If nothing is imported, the library is deleted at
            the end.

    Raises NotFoundError for the library, NotAllowedError, and InvalidInputError (field ``sources``) for a source that
    is unknown or named twice. On an error nothing starts.
    """
    library = access_library(user, library_key, Permission.EDIT)
    person = _job_user(user)
    if not sources:
        raise InvalidInputError(_("Name at least one source."), field="sources", as_list=True)
    keys = [source.key for source in sources]
    for key in keys:
        if keys.count(key) > 1:
            raise InvalidInputError(
                _("The source %(source)s is named twice.") % {"source": key}, field="sources", as_list=True
            )
    found = [_find_requested(source, user=user) for source in sources]
    for source, wanted in zip(found, sources, strict=True):
        # Refuses a collection that does not exist.
        plan_collection(package_pk(library), wanted.options, source_key=source.key, source_title=source.title)
    with transaction.atomic():
        job = _create(person, library, len(sources), publish=publish, made_library=made_library)
        for source, wanted in zip(found, sources, strict=True):
            _add_source(job, library, source, wanted.options)
        transaction.on_commit(partial(_cancel_redundant, job, keys))
        send_on_commit(job)
    return job


def start_plans(
    plans: Sequence[StoredPlan], *, user: Actor, publish: bool = False, confirm_repeat: bool = False
) -> ImportJob:
    """
    Let a worker apply exactly these stored plans for one library, in one job.

    The user needs EDIT on the library, and still has to be able to read the sources. If a change of the library since a
    plan was made conflicts with it, the source of the plan fails with an error that names the change.

    Args:
        confirm_repeat: confirm for all plans that ask for it that their source is the course that was imported before.

    Raises NotFoundError, NotAllowedError, InvalidInputError for plans of several libraries or two plans of one source,
    and RepeatInDoubtError for a plan that asks, if nobody has confirmed it.
    """
    for plan in plans:
        if plan.question and not confirm_repeat:
            raise RepeatInDoubtError(plan.question)
    if len({plan.target_id for plan in plans}) != 1 or len({plan.source_key for plan in plans}) != len(plans):
        raise InvalidInputError(_("Give plans of different sources for one library."), field="plan", as_list=True)
    library = access_library(user, library_of(plans[0]), Permission.EDIT)
    person = _job_user(user)
    found = [find_again(plan.source_key, plan.upload, user=user) for plan in plans]
    with transaction.atomic():
        job = _create(person, library, len(plans), publish=publish)
        for plan, source in zip(plans, found, strict=True):
            migration = _add_source(job, library, source, load_options(plan.report["options"]))
            migration.plan, migration.is_plan_approved = plan, True
            migration.save(update_fields=["plan", "is_plan_approved"])
        transaction.on_commit(partial(_cancel_redundant, job, [plan.source_key for plan in plans]))
        send_on_commit(job)
    return job


def library_of(plan: StoredPlan) -> LibraryLocatorV2:
    """Return the key of the library that a plan is for. Raises NotFoundError if the library was deleted."""
    library = ContentLibrary.objects.filter(learning_package_id=plan.target_id).select_related("org").first()
    if library is None:
        raise NotFoundError(_("The library of this plan was deleted."))
    return library.library_key


def find_job(job_uuid: UUID, *, user: Actor) -> ImportJob:
    """Find a job of the user; staff find all jobs. Raises NotFoundError."""
    (job,) = find_jobs([job_uuid], user=user)
    return job


def find_jobs(job_uuids: Iterable[UUID], *, user: Actor) -> list[ImportJob]:
    """Find jobs as ``find_job`` does, in the given order, in a constant number of queries. Raises NotFoundError."""
    uuids = list(dict.fromkeys(job_uuids))
    found = {job.uuid: job for job in _jobs().filter(uuid__in=uuids)}
    for uuid in uuids:
        job = found.get(uuid)
        if job is None or not may_see(user, job.user_id):
            raise NotFoundError(_("There is no import “%(job)s”.") % {"job": uuid})
    return [found[uuid] for uuid in uuids]


def list_jobs(*, user: Actor) -> QuerySet[ImportJob]:
    """Return the user's own jobs, newest first, with their sources and artifacts."""
    return _jobs().filter(user=_job_user(user)).order_by("-pk")


def cancel_job(job_uuid: UUID, *, user: Actor) -> ImportJob:
    """
    Cancel a job of the user, unless it is finished. Staff can cancel jobs of all users.

    A waiting job ends at once. A running job ends at its next step: the source that is being imported is not imported,
    and sources that are done stay. Raises NotFoundError.
    """
    job = find_job(job_uuid, user=user)
    _cancel(job.pk)
    return find_job(job_uuid, user=user)


def finish(job: ImportJob, state: JobState, error: str = "") -> None:
    """
    End a job, its unfinished sources and its task status, in the caller's transaction.

    Deletes a library that was created for the job if nothing was imported and no other user has used it.

    Args:
        job: locked by the caller, and not finished.
        error: a message for the author. Unfinished sources get it too, unless the job is canceled.
    """
    # The library is locked before the migrations, as in deleting a library.
    created_library = _locked_library(job) if job.made_library else None
    open_text = CANCELED_TEXT if state == JobState.CANCELED else error
    job.migrations.filter(finished__isnull=True).update(finished=datetime.now(UTC), is_failed=True, error=open_text)
    end_job(job, state, error, partial_name="Failed sources")
    if created_library is not None and not job.migrations.filter(is_failed=False).exists():
        _delete_if_unused(created_library, job)


def _locked_library(job: ImportJob) -> ContentLibrary | None:
    """Lock the library of a job until the transaction ends, and return it; None if the library was deleted."""
    library = ContentLibrary.objects.filter(learning_package__in=job.migrations.values("target")).first()
    if library is None:
        return None
    try:
        lock_package(package_pk(library))
    except NotFoundError:
        return None
    return library


def _delete_if_unused(library: ContentLibrary, job: ImportJob) -> None:
    """Delete the library that was created for a job, unless it has items or collections, or other jobs use it."""
    learning_package_pk = package_pk(library)
    others = ModulestoreMigration.objects.filter(target_id=library.learning_package_id, is_failed=False).exclude(
        job=job
    )
    is_used = entity_pks_after(learning_package_pk, 0, limit=1) or collection_codes_of(learning_package_pk)
    if not is_used and not others.exists():
        delete_library(library.library_key, user=OPERATOR)


def _job_user(user: Actor) -> User:
    """Return the user of a new job. Raises for the operator, who imports without a job: with ``import_archive``."""
    return refer_to(user)


def _find_requested(source: SourceRequest, *, user: Actor) -> FoundSource:
    try:
        return find_source(
            source.key, user=user, upload_uuid=source.upload_uuid, is_forwarded=bool(source.options.forward)
        )
    except NotAllowedError as error:
        raise SourceNotAllowedError(source.key) from error
    except NotFoundError as error:
        raise InvalidInputError(error.message, field="sources", as_list=True) from error


class SourceNotAllowedError(NotAllowedError):
    """The user may not read a source."""

    def __init__(self, key: CourseKey) -> None:
        super().__init__(
            _("Requester is not an author on the source: %(source)s. No migrations performed.") % {"source": key}
        )


def _jobs() -> QuerySet[ImportJob]:
    return ImportJob.objects.select_related("task_status", "user").prefetch_related(
        "task_status__artifacts",
        Prefetch("migrations", ModulestoreMigration.objects.order_by("pk")),  # as the sources were named
        "migrations__source__forwarded",
        "migrations__target_collection",
        "migrations__target",
    )


def _create(user: User, library: ContentLibrary, count: int, *, publish: bool, made_library: bool = False) -> ImportJob:
    """Make a job in the caller's transaction. Raises NotFoundError if the library was just deleted."""
    lock_package(package_pk(library))
    job = ImportJob(user=user, target_key=str(library.library_key), publish=publish, made_library=made_library)
    create_status(
        job,
        task_name=TASK_NAME,
        name=site_language.gettext("Import into %(library)s") % {"library": library.library_key},
        total_steps=STEPS + STEPS_PER_SOURCE * count,
    )
    job.save()
    return job


def _add_source(
    job: ImportJob, library: ContentLibrary, source: FoundSource, options: ImportOptions
) -> ModulestoreMigration:
    return ModulestoreMigration.objects.create(
        source=ModulestoreSource.objects.get_or_create(key=source.key)[0],
        composition_level=options.level,
        repeat_handling_strategy=options.on_repeat,
        preserve_url_slugs=options.preserve_url_slugs,
        target_id=package_pk(library),
        created_by=job.user,
        job=job,
        upload=source.upload,
        options=dump_options(options),
    )


def _cancel_redundant(job: ImportJob, keys: Iterable[CourseKey]) -> None:
    """
    Cancel earlier unfinished jobs of the user that import the same sources as a new job into the same library.

    It runs after the new job is committed, for two reasons. Ending an earlier job may delete the library that was
    created for it, but not while the new job uses the library. And ending a job may wait for the lock of its library,
    so a transaction that holds this lock must not wait for other jobs.
    """
    redundant = ImportJob.objects.filter(
        pk__lt=job.pk,  # of two clicks at once, the second one stays
        user=job.user,
        state__in=UNFINISHED,
        migrations__target__in=job.migrations.values("target"),
        migrations__source__key__in=list(keys),
    )
    for pk in redundant.values_list("pk", flat=True).distinct():
        _cancel(pk)


def _cancel(job_pk: int) -> None:
    request_cancel(ImportJob, job_pk)
