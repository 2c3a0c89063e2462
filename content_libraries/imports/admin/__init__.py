"""Imports in the Django admin: choose sources, preview the plan, start and watch the import, see its results."""

from .jobs import ImportJobAdmin
from .results import BlockMigrationAdmin, MigrationAdmin, SourceAdmin
from .sources import UploadAdmin

__all__ = ["BlockMigrationAdmin", "ImportJobAdmin", "MigrationAdmin", "SourceAdmin", "UploadAdmin"]
