"""Backups and restores in the Django admin: lists of jobs, and pages that verify, plan and restore an archive."""

from .jobs import BackupJobAdmin, RestoreJobAdmin

__all__ = ["BackupJobAdmin", "RestoreJobAdmin"]
