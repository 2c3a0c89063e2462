"""Imports in the Django admin: choose sources, look at the plan, start it, watch it, see what became of each block."""

from .jobs import ImportJobAdmin
from .results import BlockMigrationAdmin, MigrationAdmin, SourceAdmin
from .sources import UploadAdmin

__all__ = ["BlockMigrationAdmin", "ImportJobAdmin", "MigrationAdmin", "SourceAdmin", "UploadAdmin"]
