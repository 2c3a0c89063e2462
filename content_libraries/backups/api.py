"""What others may do with archives of libraries."""

from .jobs import find_backup, find_restore, retry_backup, retry_restore, start_backup, start_restore
from .models import BackupJob, RestoreJob

__all__ = [
    "BackupJob",
    "RestoreJob",
    "find_backup",
    "find_restore",
    "retry_backup",
    "retry_restore",
    "start_backup",
    "start_restore",
]
