"""Starts, finds, cancels and retries jobs that write or read archives. The work of a worker is in ``running``."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from .. import site_language
from ..actors import Actor
from ..errors import InvalidInputError, NotFoundError
from ..jobs.api import Job, JobState, check_finished, create_status, end_job, refer_to, request_cancel, send_on_commit
from ..keys import LibraryLocatorV2, library_key
from ..libraries.api import Permission, access_library, may_see, require_create
from ..storage_errors import storage_faults
from ..stored_files import store_in_field
from .direct import check_choice, check_confirmed
from .models import BackupJob, RestoreJob, RestorePurpose
from .restoring.data import RestoreMode, RestoreOptions
from .writing.selection import BackupOptions

logger = logging.getLogger(__name__)

BACKUP_TASK: Final = "content_libraries.backups.back_up"
RESTORE_TASK: Final = "content_libraries.backups.restore"


def start_backup(
    library_key: LibraryLocatorV2, *, user: Actor, origin: str, options: BackupOptions | None = None
) -> BackupJob:
    """
    Let a worker write an archive of a library.

    Args:
        user: needs EDIT.
        origin: host of this site, which the archive names.
        options: what goes in; everything that is not deleted if None.

    Raises NotFoundError, NotAllowedError, and InvalidInputError if the library lacks something that was chosen.
    """
    library = access_library(user, library_key, Permission.EDIT)
    options = options or BackupOptions()
    check_choice(library, options)
    job = new_backup(library_key, user=user, origin=origin, options=options)
    with transaction.atomic():
        title = site_language.gettext("Backup of %(library)s") % {"library": library_key}
        create_status(job, task_name=BACKUP_TASK, name=title, total_steps=1)
        job.save()
        send_on_commit(job)
    return job


def new_backup(library_key: LibraryLocatorV2, *, user: Actor, origin: str, options: BackupOptions) -> BackupJob:
    """Return an unsaved backup, with the name that its archive has when it is downloaded."""
    now = datetime.now(UTC)
    name = f"{slugify(str(library_key).replace(':', '-'), allow_unicode=True)}-{now:%Y-%m-%d-%H%M%S}.zip"
    return BackupJob(
        user=refer_to(user),
        library_key=str(library_key),
        file_name=name,
        origin=origin,
        options=options.as_json() if options != BackupOptions() else {},
    )


def find_own_backup(backup_uuid: UUID, *, user: Actor) -> BackupJob:
    """Find a backup of the user. Raises NotFoundError, and NotAllowedError without EDIT in its library."""
    job = BackupJob.objects.select_related("task_status").filter(uuid=backup_uuid, user=refer_to(user)).first()
    if job is None:
        raise NotFoundError(_("There is no job “%(job)s”.") % {"job": backup_uuid})
    access_library(user, library_key(job.library_key), Permission.EDIT)
    return job


def find_backup(library_key: LibraryLocatorV2, backup_uuid: UUID, *, user: Actor) -> BackupJob:
    """
    Find an archive of this library that the user has asked for.

    Raises NotAllowedError without EDIT, and NotFoundError, also for archives of other users and other libraries.
    """
    access_library(user, library_key, Permission.EDIT)
    jobs = BackupJob.objects.select_related("task_status").filter(library_key=str(library_key))
    job = jobs.filter(uuid=backup_uuid, user=refer_to(user)).first()
    if job is None:
        raise NotFoundError(_("No backup found for this library."))
    return job


def list_backups(library_key: LibraryLocatorV2, *, user: Actor) -> QuerySet[BackupJob]:
    """List the user's backups of a library, the newest first. Needs EDIT. Raises NotFoundError and NotAllowedError."""
    access_library(user, library_key, Permission.EDIT)
    jobs = BackupJob.objects.select_related("task_status").filter(library_key=str(library_key))
    return jobs.filter(user=refer_to(user)).order_by("-created", "-pk")


def start_restore(file: File[bytes], *, user: Actor) -> RestoreJob:
    """
    Let a worker read an archive.

    Raises NotAllowedError if the user may not create libraries, StorageFullError and StorageError.
    """
    require_create(user)
    job = RestoreJob(user=refer_to(user), file_name=Path(file.name or "").name)
    store_in_field(job.file, f"{job.uuid}.zip", file)
    with transaction.atomic():
        _start(job)
    return job


def find_restore(restore_uuid: UUID, *, user: Actor) -> RestoreJob:
    """Find the restore of an archive that the user has uploaded. Raises NotFoundError."""
    return _find_own(restore_uuid, [RestorePurpose.STAGE], user=user)


def start_verification(file: File[bytes], *, user: Actor, library_key: LibraryLocatorV2 | None = None) -> RestoreJob:
    """
    Keep an archive, and let a worker verify it.

    Args:
        user: needs EDIT in the library; without a library, the right to create libraries.
        library_key: a library into which the archive may be restored.

    Raises NotFoundError, NotAllowedError, StorageFullError and StorageError.
    """
    if library_key is None:
        require_create(user)
    else:
        access_library(user, library_key, Permission.EDIT)
    job = RestoreJob(user=refer_to(user), file_name=Path(file.name or "").name, purpose=RestorePurpose.VERIFY)
    store_in_field(job.file, f"{job.uuid}.zip", file)
    with transaction.atomic():
        _start(job)
    return job


def find_verification(archive_uuid: UUID, *, user: Actor) -> RestoreJob:
    """Find an archive that the user has uploaded to be verified. Raises NotFoundError."""
    return _find_own(archive_uuid, [RestorePurpose.VERIFY], user=user)


def start_restore_plan(
    library_key: LibraryLocatorV2, archive_uuid: UUID, options: RestoreOptions, *, user: Actor
) -> RestoreJob:
    """
    Let a worker plan a restore, so that it can be looked at and applied.

    Args:
        library_key: the library; a new one for RestoreMode.NEW.
        archive_uuid: an archive that the user has uploaded, and that is whole.
        user: needs EDIT, or the right to create libraries.

    Raises NotFoundError, NotAllowedError, and InvalidInputError if the archive is not verified or not whole.
    """
    if options.mode is RestoreMode.NEW:
        require_create(user)
    else:
        access_library(user, library_key, Permission.EDIT)
    source = find_verification(archive_uuid, user=user)
    if not source.file or not (source.result or {}).get("whole"):
        raise InvalidInputError(
            _("This archive is not verified yet, not whole, or deleted. Look at what is said of it."), field="archive"
        )
    job = RestoreJob(
        user=refer_to(user),
        purpose=RestorePurpose.PLAN,
        source=source,
        library_key=str(library_key),
        options=options.as_json(),
    )
    with transaction.atomic():
        _start(job)
    return job


def find_library_restore(restore_uuid: UUID, *, user: Actor) -> RestoreJob:
    """Find a plan of a restore, or a restore, of the user. Raises NotFoundError."""
    return _find_own(restore_uuid, [RestorePurpose.PLAN, RestorePurpose.APPLY], user=user)


def apply_restore_plan(
    plan_uuid: UUID, *, user: Actor, origin: str, confirmed: str = "", move_links: bool = False
) -> RestoreJob:
    """
    Let a worker apply a plan. It changes nothing if the library has changed since the plan was made.

    Args:
        plan_uuid: a plan of the user.
        origin: host of this site, for the backup before a replacement of everything.
        confirmed: for a replacement of everything, the key of the library as the user has typed it.
        move_links: whether links to the library of the archive move to the library.

    Raises NotFoundError, NotAllowedError, and InvalidInputError if the plan is not made yet or is not confirmed.
    """
    plan = _find_own(plan_uuid, [RestorePurpose.PLAN], user=user)
    options, key = RestoreOptions.from_json(plan.options), library_key(plan.library_key)
    if options.mode is RestoreMode.NEW:
        require_create(user)
    else:
        access_library(user, key, Permission.EDIT)
    if plan.state != JobState.SUCCEEDED or plan.result is None:
        raise InvalidInputError(_("This plan is not made yet, or could not be made."))
    if options.mode is RestoreMode.REPLACE_ALL:
        check_confirmed(key, confirmed)
    more = {"fingerprint": plan.result["fingerprint"], "move_links": move_links, "origin": origin}
    job = RestoreJob(
        user=refer_to(user),
        purpose=RestorePurpose.APPLY,
        source=plan.source,
        library_key=plan.library_key,
        options={**plan.options, **more},
    )
    with transaction.atomic():
        _start(job)
    return job


def _find_own(uuid: UUID, purposes: Collection[RestorePurpose], *, user: Actor) -> RestoreJob:
    jobs = RestoreJob.objects.select_related("task_status", "source").filter(purpose__in=purposes)
    job = jobs.filter(uuid=uuid, user=refer_to(user)).first()
    if job is None:
        raise NotFoundError(_("There is no restore “%(uuid)s”.") % {"uuid": uuid})
    return job


def retry_backup(job_uuid: UUID, /, *, user: Actor) -> BackupJob:
    """
    Write an archive of the same library in a new job, which belongs to the caller.

    Args:
        user: needs EDIT; the user of the job, or staff.

    Raises NotFoundError, NotAllowedError, and InvalidInputError if the job is not finished.
    """
    job = _find(BackupJob, job_uuid, user=user)
    check_finished(job)
    options = BackupOptions.from_json(job.options)
    return start_backup(library_key(job.library_key), user=user, origin=job.origin, options=options)


def cancel_backup(job_uuid: UUID, /, *, user: Actor) -> BackupJob:
    """Cancel a backup of the user, or any backup as staff. Does nothing if it is finished. Raises NotFoundError."""
    request_cancel(BackupJob, _find(BackupJob, job_uuid, user=user).pk)
    return _find(BackupJob, job_uuid, user=user)


def cancel_restore(job_uuid: UUID, /, *, user: Actor) -> RestoreJob:
    """Cancel a restore of the user, or any restore as staff. Does nothing if it is finished. Raises NotFoundError."""
    request_cancel(RestoreJob, _find(RestoreJob, job_uuid, user=user).pk)
    return _find(RestoreJob, job_uuid, user=user)


def retry_restore(job_uuid: UUID, /, *, user: Actor) -> RestoreJob:
    """
    Read the same archive in a new job, which belongs to the caller and takes over the upload.

    Args:
        user: has to be allowed to create libraries, or needs EDIT in the library; the user of the job, or staff.

    Raises NotFoundError, NotAllowedError, and InvalidInputError if the job is not finished or its upload was deleted.
    """
    with transaction.atomic():
        old = _find(RestoreJob, job_uuid, user=user)
        check_finished(old)
        if old.purpose in (RestorePurpose.STAGE, RestorePurpose.VERIFY):
            require_create(user)
        elif old.options["mode"] != RestoreMode.NEW:
            access_library(user, library_key(old.library_key), Permission.EDIT)
        if not (old.file or (old.source and old.source.file)):
            raise InvalidInputError(_("The archive of this restore was deleted. Upload it again."))
        job = RestoreJob(
            user=refer_to(user),
            file=old.file.name,
            file_name=old.file_name,
            purpose=old.purpose,
            source=old.source,
            library_key=old.library_key,
            options=old.options,
        )
        RestoreJob.objects.filter(pk=old.pk).update(file="")
        _start(job)
    return job


def _find[JobT: Job](model: type[JobT], job_uuid: UUID, *, user: Actor) -> JobT:
    """Find a job of the user; staff find all. The row is locked if the caller is in a transaction."""
    with transaction.atomic():
        job = model._default_manager.select_for_update().filter(uuid=job_uuid).first()
    if job is None or not may_see(user, job.user_id):
        raise NotFoundError(_("There is no job “%(job)s”.") % {"job": job_uuid})
    return job


def _start(job: RestoreJob) -> None:
    """Save a new restore, in the caller's transaction, and tell a worker after the commit."""
    title = site_language.gettext("Restore of a library")
    create_status(job, task_name=RESTORE_TASK, name=title, total_steps=1)
    job.save()
    send_on_commit(job)


def finish_backup(job: BackupJob, state: JobState, error: str = "") -> None:
    """End a backup, in the caller's transaction."""
    end_job(job, state, error, partial_name="Error")


def finish_restore(job: RestoreJob, state: JobState, error: str = "") -> None:
    """
    End a restore, in the caller's transaction.

    The upload is kept for another attempt if this one failed, and to be restored if it was verified and is whole.
    """
    end_job(job, state, error, partial_name="Error")
    is_kept = job.purpose == RestorePurpose.VERIFY and bool((job.result or {}).get("whole"))
    if state != JobState.FAILED and not is_kept:
        transaction.on_commit(partial(drop_file, job))


def drop_file(job: BackupJob | RestoreJob) -> None:
    """Delete the file of a job. What the storage does not delete is deleted when it expires."""
    if not job.file:
        return
    try:
        job.file.delete(save=False)
    except storage_faults() as error:
        logger.warning("The storage does not delete the file of the job %s: %s", job.uuid, error)
        return
    type(job)._default_manager.filter(pk=job.pk).update(file="")
