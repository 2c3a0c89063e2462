"""Runs the jobs of this room in a worker, which can die at any point (ADR 0016)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from user_tasks.models import UserTaskStatus

from .. import conf
from ..errors import ContentLibrariesError, NotFoundError
from ..jobs.api import UNFINISHED, JobCanceledError, JobKind, JobState, JobWorker, create_status, register
from ..keys import library_key
from ..learning_core import api as learning_core
from ..learning_core.api import StagedPackage
from ..libraries.api import require_create
from ..server_paths import without_server_paths
from ..stored_files import local_copy, store_in_field
from .direct import plan_library_restore, restore_library, write_backup
from .format.errors import BrokenArchiveError, Problem
from .jobs import (
    BACKUP_TASK,
    RESTORE_TASK,
    drop_file,
    finish_backup,
    finish_restore,
    new_backup,
    retry_backup,
    retry_restore,
)
from .models import BackupJob, RestoreJob, RestorePurpose
from .reports import archive_report, restore_report
from .restoring.data import RestoreMode, RestoreOptions
from .restoring.staging import restore_staged, staged_tags
from .verifying.archives import read_archive, verify_archive
from .verifying.data import Archive
from .writing.selection import BackupOptions

EXPORTING: Final = "Exporting"
"""State of a running backup, as clients know it (wire: backup-read)."""

FAILED_RESTORE: Final = "Library restore failed. See error log for details."
_UNKNOWN: Final = "unknown"


def delete_expired() -> int:
    """Delete archives and restored content that were kept long enough. Returns how many were deleted."""
    expiry = datetime.now(UTC) - timedelta(days=conf.BACKUP_DAYS.value)
    old: list[BackupJob | RestoreJob] = [
        job
        for model in (BackupJob, RestoreJob)
        for job in model._default_manager.filter(created__lt=expiry).exclude(file="").exclude(state__in=UNFINISHED)
    ]
    for job in old:
        drop_file(job)
    restored = list(RestoreJob.objects.filter(created__lt=expiry).exclude(learning_package_pk=None))
    for restore in restored:
        if restore.learning_package_pk is not None:
            learning_core.delete_staged(restore.learning_package_pk)
        RestoreJob.objects.filter(pk=restore.pk).update(learning_package_pk=None)
    return len(old) + len(restored)


def _back_up(worker: JobWorker[BackupJob]) -> None:
    try:
        worker.step(EXPORTING, 1)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "library.zip"
            _write(worker, path)
            with worker.finishing() as job, path.open("rb") as archive:
                store_in_field(job.file, f"{job.uuid}.zip", File(archive))
                job.save(update_fields=["file"])
                finish_backup(job, JobState.SUCCEEDED)
    except JobCanceledError:
        with worker.finishing() as job:
            finish_backup(job, JobState.CANCELED)
    except ContentLibrariesError as error:
        with worker.finishing() as job:
            finish_backup(job, JobState.FAILED, error.message)


def _write(worker: JobWorker[BackupJob], path: Path) -> None:
    write_backup(
        library_key(worker.job.library_key),
        path,
        user=worker.acting_user(),
        origin=worker.job.origin,
        options=BackupOptions.from_json(worker.job.options),
        after_each=worker.keep_alive,
    )


def _restore(worker: JobWorker[RestoreJob]) -> None:
    try:
        worker.step(UserTaskStatus.IN_PROGRESS, 1)
        _WORK[RestorePurpose(worker.job.purpose)](worker)
    except JobCanceledError:
        with worker.finishing() as job:
            finish_restore(job, JobState.CANCELED)
    except ContentLibrariesError as error:
        with worker.finishing() as job:
            job.error_log = error.message
            if isinstance(error, BrokenArchiveError):
                job.error_log = without_server_paths(error.log)
                transaction.on_commit(partial(drop_file, job))
            job.save(update_fields=["error_log"])
            message = FAILED_RESTORE if job.purpose == RestorePurpose.STAGE else error.message
            finish_restore(job, JobState.FAILED, message)


def _stage(worker: JobWorker[RestoreJob]) -> None:
    """Read an archive into a learning package, of which its user then makes a library."""
    user = worker.acting_user()
    require_create(user)
    with _archive(worker.job) as path:
        archive = read_archive(path, after_each=worker.keep_alive)
        with worker.finishing() as job:
            worker.check(job)
            with learning_core.named(learning_core.ChangeKind.RESTORE, job_uuid=job.uuid):
                staged = restore_staged(archive, path, user=user)
            job.learning_package_pk, job.result = staged.pk, _result(archive, staged)
            job.tags = staged_tags(archive)
            job.save(update_fields=["learning_package_pk", "result", "tags"])
            finish_restore(job, JobState.SUCCEEDED)


def _verify(worker: JobWorker[RestoreJob]) -> None:
    """Say whether an archive is whole."""
    with _archive(worker.job) as path:
        report = verify_archive(path, after_each=worker.keep_alive)
        report = replace(report, problems=_renamed(report.problems, worker.job.file_name, path))
    with worker.finishing() as job:
        worker.check(job)
        job.result = archive_report(report)
        job.save(update_fields=["result"])
        finish_restore(job, JobState.SUCCEEDED)


def _plan(worker: JobWorker[RestoreJob]) -> None:
    """Plan a restore."""
    user, key = worker.acting_user(), library_key(worker.job.library_key)
    with _archive(worker.job) as path:
        archive = read_archive(path, after_each=worker.keep_alive)
    plan = plan_library_restore(key, archive, RestoreOptions.from_json(worker.job.options), user=user)
    with worker.finishing() as job:
        worker.check(job)
        job.result = restore_report(plan)
        job.save(update_fields=["result"])
        finish_restore(job, JobState.SUCCEEDED)


def _apply(worker: JobWorker[RestoreJob]) -> None:
    """Apply a plan, in one transaction with the end of the job."""
    user, key = worker.acting_user(), library_key(worker.job.library_key)
    options = RestoreOptions.from_json(worker.job.options)
    backup = _safety_copy(worker) if options.mode is RestoreMode.REPLACE_ALL else ""
    with _archive(worker.job) as path:
        archive = read_archive(path, after_each=worker.keep_alive)
        with worker.finishing() as job:
            worker.check(job)
            result = restore_library(
                key,
                archive,
                path,
                options,
                user=user,
                confirmed=str(key),  # the user did when the job was started
                safety_copy=lambda _library: None,  # taken above, outside of the transaction
                fingerprint=job.options["fingerprint"] or None,
                with_links=job.options["move_links"],
                job_uuid=job.uuid,
            )
            job.result = {**restore_report(result), "backup": backup}
            job.save(update_fields=["result"])
            finish_restore(job, JobState.SUCCEEDED)


def _safety_copy(worker: JobWorker[RestoreJob]) -> str:
    """
    Take a backup of the library before everything in it is replaced. Returns its uuid.

    A second attempt uses the backup of the first one.
    """
    job, user = worker.job, worker.acting_user()
    if taken := job.options.get("backup"):
        return str(taken)
    key = library_key(job.library_key)
    backup = new_backup(key, user=user, origin=job.options["origin"], options=BackupOptions())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "library.zip"
        write_backup(key, path, user=user, origin=backup.origin, after_each=worker.keep_alive)
        with worker.finishing() as current, path.open("rb") as archive:
            worker.check(current)
            store_in_field(backup.file, f"{backup.uuid}.zip", File(archive))
            create_status(backup, task_name=BACKUP_TASK, name=backup.file_name, total_steps=1)
            backup.save()
            finish_backup(backup, JobState.SUCCEEDED)
            current.options = {**current.options, "backup": str(backup.uuid)}
            current.save(update_fields=["options"])
    return str(backup.uuid)


_WORK: Final = {
    RestorePurpose.STAGE: _stage,
    RestorePurpose.VERIFY: _verify,
    RestorePurpose.PLAN: _plan,
    RestorePurpose.APPLY: _apply,
}


@contextmanager
def _archive(job: RestoreJob) -> Iterator[Path]:
    """Yield the path of the archive of a job. Errors in the archive name it as its user does."""
    source = job.source or job
    if not source.file:
        raise NotFoundError(_("The archive of this restore was deleted. Upload it again."))
    with local_copy(source.file) as path:
        try:
            yield path
        except BrokenArchiveError as error:
            raise BrokenArchiveError(_renamed(error.problems, source.file_name, path)) from error


def _renamed(problems: Iterable[Problem], name: str, path: Path) -> tuple[Problem, ...]:
    """Replace the path of a stored file by the name that its user knows."""
    return tuple(
        replace(problem, message=problem.message.replace(str(path), name).replace(path.name, name)) if name else problem
        for problem in problems
    )


def _result(archive: Archive, staged: StagedPackage) -> dict[str, object]:
    """Return the result of a restore as clients read it (wire: restore-read)."""
    package, counts = archive.package, archive.counts()
    _prefix, *names = package.key.split(":")
    org, slug = names[:2] if len(names) > 1 else (_UNKNOWN, _UNKNOWN)
    kinds = ("containers", "components", "collections", "sections", "subsections", "units")
    return {
        "learning_package_id": staged.pk,
        "title": package.title,
        "org": org or _UNKNOWN,
        "slug": slug or _UNKNOWN,
        "key": staged.package_ref,
        "archive_key": package.key,
        **{kind: counts[kind] for kind in kinds},
        "created_on_server": package.origin or None,
        "created_at": package.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if package.created_at else None,
        "created_by": {"username": package.created_by, "email": package.created_by_email or None}
        if package.created_by
        else None,
    }


BACKUPS: Final = register(
    JobKind(
        model=BackupJob,
        task_name=BACKUP_TASK,
        work=_back_up,
        finish=finish_backup,
        retry=retry_backup,
        start_anew=lambda job: (
            _("To start it anew, ask for another backup of %(library)s.") % {"library": job.library_key}
        ),
    )
)
RESTORES: Final = register(
    JobKind(
        model=RestoreJob,
        task_name=RESTORE_TASK,
        work=_restore,
        finish=finish_restore,
        retry=retry_restore,
        start_anew=lambda _job: _("To start it anew, upload the archive again."),
    )
)
