"""What a worker does with the jobs of this room, so that it can die at any point (ADR 0016)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from user_tasks.models import UserTaskStatus

from .. import conf
from ..errors import ContentLibrariesError, NotAllowedError
from ..jobs.api import UNFINISHED, Job, JobCanceledError, JobState, JobWorker, run_claimed, sweep
from ..keys import library_key
from ..learning_core import api as learning_core
from ..learning_core.api import LoadedPackage, PackageArchiveError
from ..libraries.api import Permission, access_library, package_pk, require_create
from ..olx.api import OlxError
from ..stored_files import local_copy
from .checking import check_archive
from .jobs import drop_file, finish_backup, finish_restore, send_backup, send_restore
from .models import BackupJob, RestoreJob

EXPORTING: Final = "Exporting"
"""What clients know of a running backup (libraries-rest contract, section 10.2)."""

FAILED_RESTORE: Final = "Library restore failed. See error log for details."
_UNKNOWN: Final = "unknown"


def run_backup(job_uuid: UUID) -> None:
    """Write an archive, unless another worker is at it or it is written."""
    run_claimed(BackupJob, job_uuid, _back_up)


def run_restore(job_uuid: UUID) -> None:
    """Read an archive, unless another worker is at it or it is read."""
    run_claimed(RestoreJob, job_uuid, _restore)


def sweep_jobs() -> int:
    """
    Find jobs whose worker died or whose message was lost, and delete what was kept long enough.

    To be called periodically. Returns how many jobs there were.
    """
    _delete_expired()
    lost = sweep(BackupJob, send=send_backup, finish=finish_backup)
    return lost + sweep(RestoreJob, send=send_restore, finish=finish_restore)


def _back_up(worker: JobWorker[BackupJob]) -> None:
    try:
        worker.step(EXPORTING, 1)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "library.zip"
            _write(worker.job, path)
            with worker.finishing() as job, path.open("rb") as archive:
                job.file.save(job.file_name, File(archive), save=False)
                job.save(update_fields=["file"])
                finish_backup(job, JobState.SUCCEEDED)
    except JobCanceledError:
        with worker.finishing() as job:
            finish_backup(job, JobState.CANCELED)
    except ContentLibrariesError as error:
        with worker.finishing() as job:
            finish_backup(job, JobState.FAILED, error.message)


def _write(job: BackupJob, path: Path) -> None:
    user = _user(job)
    library = access_library(user, library_key(job.library_key), Permission.EDIT)
    with transaction.atomic():
        learning_core.write_package_archive(package_pk(library), path, author=user, origin=job.origin)


def _restore(worker: JobWorker[RestoreJob]) -> None:
    try:
        worker.step(UserTaskStatus.IN_PROGRESS, 1)
        _load(worker)
    except JobCanceledError:
        with worker.finishing() as job:
            finish_restore(job, JobState.CANCELED)
    except ContentLibrariesError as error:
        with worker.finishing() as job:
            job.error_log = error.log if isinstance(error, PackageArchiveError) else error.message
            job.save(update_fields=["error_log"])
            finish_restore(job, JobState.FAILED, FAILED_RESTORE)


def _load(worker: JobWorker[RestoreJob]) -> None:
    user = _user(worker.job)
    require_create(user)
    with local_copy(worker.job.file) as path, _called(worker.job.file_name, path):
        try:
            check_archive(path)
        except OlxError as error:
            raise PackageArchiveError(error.message) from error
        with worker.finishing() as job:
            worker.check(job)
            loaded = learning_core.load_package_archive(path, user=user)
            job.learning_package_pk, job.result = loaded.package["id"], _result(loaded)
            job.save(update_fields=["learning_package_pk", "result"])
            finish_restore(job, JobState.SUCCEEDED)


@contextmanager
def _called(name: str, path: Path) -> Iterator[None]:
    """Say what is wrong with a stored file by the name that its user knows."""
    try:
        yield
    except PackageArchiveError as error:
        if name:
            error.log = error.log.replace(str(path), name).replace(path.name, name)
        raise


def _result(loaded: LoadedPackage) -> dict[str, Any]:
    """What became of an archive, as clients read it (libraries-rest contract, section 10.4)."""
    package, origin = loaded.package, loaded.origin or {}
    created_at = origin.get("created_at")
    return {
        "learning_package_id": package["id"],
        "title": package["title"],
        "org": package["archive_org_code"] or _UNKNOWN,
        "slug": package["archive_package_code"] or _UNKNOWN,
        "key": package["package_ref"],
        "archive_key": package["archive_package_ref"],
        **{
            kind: package[f"num_{kind}"]
            for kind in ("containers", "components", "collections", "sections", "subsections", "units")
        },
        "created_on_server": origin.get("original_server"),
        "created_at": created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if created_at else None,
        "created_by": {"username": origin["created_by"], "email": origin.get("created_by_email")}
        if origin.get("created_by")
        else None,
    }


def _user(job: Job) -> User:
    if job.user is None:
        raise NotAllowedError(_("The user who asked for this does not exist any more."))
    user: User = job.user
    return user


def _delete_expired() -> None:
    expiry = datetime.now(UTC) - timedelta(days=conf.BACKUP_DAYS.value)
    for backup in BackupJob.objects.filter(created__lt=expiry).exclude(file="").exclude(state__in=UNFINISHED):
        drop_file(backup)
    for restore in RestoreJob.objects.filter(created__lt=expiry).exclude(learning_package_pk=None):
        if restore.learning_package_pk is not None:
            learning_core.delete_staged(restore.learning_package_pk)
        RestoreJob.objects.filter(pk=restore.pk).update(learning_package_pk=None)
