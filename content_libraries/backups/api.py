"""The interface of the backups room for other rooms."""

from .direct import RestoreResult, plan_library_restore, ref_of, restore_library, write_backup
from .format.errors import BrokenArchiveError, TooLargeToArchiveError
from .jobs import (
    cancel_backup,
    cancel_restore,
    find_backup,
    find_restore,
    retry_backup,
    retry_restore,
    start_backup,
    start_restore,
)
from .models import BackupJob, RestoreJob
from .reports import action_in_words, archive_report, restore_report
from .restoring.applying import RestoreOutdatedError
from .restoring.data import Collision, RestoreMode, RestoreOptions
from .verifying.data import Archive
from .verifying.reading import read_archive, verify
from .writing.selection import BackupOptions

__all__ = [
    "Archive",
    "BackupJob",
    "BackupOptions",
    "BrokenArchiveError",
    "Collision",
    "RestoreJob",
    "RestoreMode",
    "RestoreOptions",
    "RestoreOutdatedError",
    "RestoreResult",
    "TooLargeToArchiveError",
    "action_in_words",
    "archive_report",
    "cancel_backup",
    "cancel_restore",
    "find_backup",
    "find_restore",
    "plan_library_restore",
    "read_archive",
    "ref_of",
    "restore_library",
    "restore_report",
    "retry_backup",
    "retry_restore",
    "start_backup",
    "start_restore",
    "verify",
    "write_backup",
]
