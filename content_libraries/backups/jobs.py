"""Requests to write or read an archive. What a worker does with them is in ``running``."""

from __future__ import annotations

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
from ..errors import NotFoundError
from ..jobs.api import JobState, create_status, end_job, refer_to, send_task
from ..keys import LibraryLocatorV2
from ..libraries.api import Actor, Permission, access_library, require_create
from .models import BackupJob, RestoreJob

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
        transaction.on_commit(partial(send_backup, job.uuid))
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
    """Let a worker read an archive. Raises NotAllowedError if the user may not create libraries."""
    require_create(user)
    job = RestoreJob(user=refer_to(user), file_name=Path(file.name or "").name)
    job.file.save(f"{job.uuid}.zip", file, save=False)
    with transaction.atomic():
        title = site_language.gettext("Restore of a library")
        create_status(job, task_name=RESTORE_TASK, name=title, total_steps=1)
        job.save()
        transaction.on_commit(partial(send_restore, job.uuid))
    return job


def find_restore(restore_uuid: UUID, *, user: Actor) -> RestoreJob:
    """Find what became of an archive that the user has uploaded. Raises NotFoundError."""
    jobs = RestoreJob.objects.select_related("task_status")
    job = jobs.filter(uuid=restore_uuid, user=refer_to(user)).first()
    if job is None:
        raise NotFoundError(_("There is no restore “%(uuid)s”.") % {"uuid": restore_uuid})
    return job


def send_backup(job_uuid: UUID) -> None:
    """Tell a worker. If the broker is down, the sweeper tells it later."""
    from .tasks import back_up  # noqa: PLC0415 - the task runs jobs, and jobs send the task

    send_task(back_up, job_uuid)


def send_restore(job_uuid: UUID) -> None:
    """Tell a worker. If the broker is down, the sweeper tells it later."""
    from .tasks import restore  # noqa: PLC0415 - the task runs jobs, and jobs send the task

    send_task(restore, job_uuid)


def finish_backup(job: BackupJob, state: JobState, error: str = "") -> None:
    """End a backup, in the caller's transaction."""
    end_job(job, state, error, partial_name="Error")


def finish_restore(job: RestoreJob, state: JobState, error: str = "") -> None:
    """End a restore, in the caller's transaction. The upload is not needed any more then."""
    end_job(job, state, error, partial_name="Error")
    transaction.on_commit(partial(drop_file, job))


def drop_file(job: BackupJob | RestoreJob) -> None:
    """Delete the file of a job."""
    if job.file:
        job.file.delete(save=False)
        type(job)._default_manager.filter(pk=job.pk).update(file="")
