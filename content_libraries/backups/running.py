"""Does the jobs of this room in a worker, which can die at any point (ADR 0016)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from user_tasks.models import UserTaskStatus

from .. import conf
from ..errors import ContentLibrariesError, DamagedFileError
from ..jobs.api import UNFINISHED, JobCanceledError, JobKind, JobState, JobWorker, register
from ..keys import LibraryLocatorV2, LibraryUsageLocatorV2, library_key
from ..learning_core import api as learning_core
from ..learning_core.api import DamagedFile, LoadedPackage, PackageArchiveError
from ..libraries.api import Permission, access_library, package_pk, require_create
from ..olx.api import OlxError
from ..server_paths import without_server_paths
from ..stored_files import local_copy, store_in_field
from .checking import check_archive
from .jobs import (
    BACKUP_TASK,
    RESTORE_TASK,
    drop_file,
    finish_backup,
    finish_restore,
    retry_backup,
    retry_restore,
)
from .models import BackupJob, RestoreJob

EXPORTING: Final = "Exporting"
"""State of a running backup, as clients know it (wire: backup-read)."""

FAILED_RESTORE: Final = "Library restore failed. See error log for details."
_UNKNOWN: Final = "unknown"
_MOST_DAMAGED: Final = 10


def delete_expired() -> int:
    """Delete archives and restored content that were kept long enough. Returns how many there were."""
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
    user = worker.acting_user()
    library = access_library(user, library_key(worker.job.library_key), Permission.EDIT)
    damaged = learning_core.damaged_files(
        package_pk(library), digests=True, current_only=True, after_each=worker.keep_alive
    )
    if damaged:
        raise _refusal(library.library_key, damaged)
    with transaction.atomic():
        learning_core.write_package_archive(package_pk(library), path, author=user, origin=worker.job.origin)


def _refusal(library: LibraryLocatorV2, damaged: Collection[DamagedFile]) -> DamagedFileError:
    """Return the error for a library whose archive would hold damaged files."""
    files = [
        _("%(path)s of %(component)s: %(problem)s")
        % {
            "path": file.path,
            "component": LibraryUsageLocatorV2(library, file.block_type, file.code),  # type: ignore[abstract]
            "problem": file.problem,
        }
        for file in damaged
    ]
    text = ngettext(
        "%(count)s file of the library is damaged, and no backup of it is written. Upload the file again, or delete"
        " it; staff of the site can try “check_libraries --repair”. %(files)s",
        "%(count)s files of the library are damaged, and no backup of it is written. Upload the files again, or delete"
        " them; staff of the site can try “check_libraries --repair”. %(files)s",
        len(files),
    )
    shown = [*files[:_MOST_DAMAGED], *(["…"] if len(files) > _MOST_DAMAGED else [])]
    return DamagedFileError(text % {"count": len(files), "files": "\n".join(["", *shown])})


def _restore(worker: JobWorker[RestoreJob]) -> None:
    try:
        worker.step(UserTaskStatus.IN_PROGRESS, 1)
        _load(worker)
    except JobCanceledError:
        with worker.finishing() as job:
            finish_restore(job, JobState.CANCELED)
    except ContentLibrariesError as error:
        with worker.finishing() as job:
            job.error_log = error.message
            if isinstance(error, PackageArchiveError):
                job.error_log = without_server_paths(error.log)
                transaction.on_commit(partial(drop_file, job))
            job.save(update_fields=["error_log"])
            finish_restore(job, JobState.FAILED, FAILED_RESTORE)


def _load(worker: JobWorker[RestoreJob]) -> None:
    user = worker.acting_user()
    require_create(user)
    with local_copy(worker.job.file) as path, _called(worker.job.file_name, path):
        try:
            check_archive(path)
        except OlxError as error:
            raise PackageArchiveError(str(error)) from error
        with worker.finishing() as job:
            worker.check(job)
            with learning_core.named(learning_core.ChangeKind.RESTORE, job_uuid=job.uuid):
                loaded = learning_core.load_package_archive(path, user=user)
            job.learning_package_pk, job.result = loaded.package["id"], _result(loaded)
            job.save(update_fields=["learning_package_pk", "result"])
            finish_restore(job, JobState.SUCCEEDED)


@contextmanager
def _called(name: str, path: Path) -> Iterator[None]:
    """Replace the path of a stored file in errors by the name that its user knows."""
    try:
        yield
    except PackageArchiveError as error:
        if name:
            error.log = error.log.replace(str(path), name).replace(path.name, name)
        raise


def _result(loaded: LoadedPackage) -> dict[str, object]:
    """Return the result of a restore as clients read it (wire: restore-read)."""
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
