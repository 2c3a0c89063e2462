"""Requests to write or read an archive. What a worker does with them is in ``running``."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
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
from .models import BackupJob, RestoreJob

logger = logging.getLogger(__name__)

BACKUP_TASK: Final = "content_libraries.backups.back_up"
RESTORE_TASK: Final = "content_libraries.backups.restore"


def start_backup(library_key: LibraryLocatorV2, *, user: Actor, origin: str) -> BackupJob:
    """
    Let a worker write an archive of a library.

    Args:
        user: needs EDIT.
        origin: host of this site, which the archive names.

    Raises NotFoundError and NotAllowedError.
    """
    access_library(user, library_key, Permission.EDIT)
    now = datetime.now(UTC)
    name = f"{slugify(str(library_key).replace(':', '-'), allow_unicode=True)}-{now:%Y-%m-%d-%H%M%S}.zip"
    job = BackupJob(user=refer_to(user), library_key=str(library_key), file_name=name, origin=origin)
    with transaction.atomic():
        title = site_language.gettext("Backup of %(library)s") % {"library": library_key}
        create_status(job, task_name=BACKUP_TASK, name=title, total_steps=1)
        job.save()
        send_on_commit(job)
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
    jobs = RestoreJob.objects.select_related("task_status")
    job = jobs.filter(uuid=restore_uuid, user=refer_to(user)).first()
    if job is None:
        raise NotFoundError(_("There is no restore “%(uuid)s”.") % {"uuid": restore_uuid})
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
    return start_backup(library_key(job.library_key), user=user, origin=job.origin)


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
        user: has to be allowed to create libraries; the user of the job, or staff.

    Raises NotFoundError, NotAllowedError, and InvalidInputError if the job is not finished or its upload was deleted.
    """
    require_create(user)
    with transaction.atomic():
        old = _find(RestoreJob, job_uuid, user=user)
        check_finished(old)
        if not old.file:
            raise InvalidInputError(_("The archive of this restore was deleted. Upload it again."))
        job = RestoreJob(user=refer_to(user), file=old.file.name)
        RestoreJob.objects.filter(pk=old.pk).update(file="")
        _start(job)
    return job


def _find[JobT: Job](model: type[JobT], job_uuid: UUID, *, user: Actor) -> JobT:
    """Find a job of the user; staff find all. It is locked where the caller is in a transaction."""
    with transaction.atomic():
        job = model._default_manager.select_for_update().filter(uuid=job_uuid).first()
    if job is None or not may_see(user, job.user_id):
        raise NotFoundError(_("There is no job “%(job)s”.") % {"job": job_uuid})
    return job


def _start(job: RestoreJob) -> None:
    """Save a new restore, in the caller's transaction, and tell a worker after it."""
    title = site_language.gettext("Restore of a library")
    create_status(job, task_name=RESTORE_TASK, name=title, total_steps=1)
    job.save()
    send_on_commit(job)


def finish_backup(job: BackupJob, state: JobState, error: str = "") -> None:
    """End a backup, in the caller's transaction."""
    end_job(job, state, error, partial_name="Error")


def finish_restore(job: RestoreJob, state: JobState, error: str = "") -> None:
    """End a restore, in the caller's transaction. The upload is kept for another attempt if this one failed."""
    end_job(job, state, error, partial_name="Error")
    if state != JobState.FAILED:
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
