"""The interface of the backups room for other rooms."""

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

__all__ = [
    "BackupJob",
    "RestoreJob",
    "cancel_backup",
    "cancel_restore",
    "find_backup",
    "find_restore",
    "retry_backup",
    "retry_restore",
    "start_backup",
    "start_restore",
]
