"""The interface of the backups room for other rooms."""

from .direct import RestoreResult, plan_library_restore, ref_of, restore_library, write_backup
from .format.errors import BrokenArchiveError, TooLargeToArchiveError
from .jobs import (
    apply_restore_plan,
    cancel_backup,
    cancel_restore,
    find_backup,
    find_library_restore,
    find_own_backup,
    find_restore,
    find_verification,
    list_backups,
    retry_backup,
    retry_restore,
    start_backup,
    start_restore,
    start_restore_plan,
    start_verification,
)
from .legacy_archives import is_legacy_archive
from .models import BackupJob, RestoreJob, RestorePurpose
from .reports import archive_report, restore_action_in_words, restore_report
from .restoring.applying import RestoreOutdatedError
from .restoring.data import Collision, RestoreMode, RestoreOptions
from .verifying.archives import read_archive, verify_archive
from .verifying.data import Archive
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
    "RestorePurpose",
    "RestoreResult",
    "TooLargeToArchiveError",
    "apply_restore_plan",
    "archive_report",
    "cancel_backup",
    "cancel_restore",
    "find_backup",
    "find_library_restore",
    "find_own_backup",
    "find_restore",
    "find_verification",
    "is_legacy_archive",
    "list_backups",
    "plan_library_restore",
    "read_archive",
    "ref_of",
    "restore_action_in_words",
    "restore_library",
    "restore_report",
    "retry_backup",
    "retry_restore",
    "start_backup",
    "start_restore",
    "start_restore_plan",
    "start_verification",
    "verify_archive",
    "write_backup",
]
