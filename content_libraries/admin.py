"""Gathers the admin classes of the rooms, because Django looks for them here."""

from .backups.admin import BackupJobAdmin, RestoreJobAdmin
from .clipboard.admin import StagedContentAdmin
from .content.admin import publish_libraries
from .courses.admin import CourseAdmin
from .history.admin import BulkEditJobAdmin, ChangeSetAdmin, ReleaseAdmin
from .imports.admin import BlockMigrationAdmin, ImportJobAdmin, MigrationAdmin, SourceAdmin, UploadAdmin
from .libraries.admin import ContentLibraryAdmin
from .libraries.team_admin import TeamAdmin
from .search.admin import SearchCheckpointAdmin
from .sync.admin.links import CourseLinkAdmin
from .sync.admin.runs import SyncRunAdmin
from .sync.legacy.admin import LegacyConversionAdmin
from .xblocks.admin import StudentStateAdmin

__all__ = [
    "BackupJobAdmin",
    "BlockMigrationAdmin",
    "BulkEditJobAdmin",
    "ChangeSetAdmin",
    "ContentLibraryAdmin",
    "CourseAdmin",
    "CourseLinkAdmin",
    "ImportJobAdmin",
    "LegacyConversionAdmin",
    "MigrationAdmin",
    "ReleaseAdmin",
    "RestoreJobAdmin",
    "SearchCheckpointAdmin",
    "SourceAdmin",
    "StagedContentAdmin",
    "StudentStateAdmin",
    "SyncRunAdmin",
    "TeamAdmin",
    "UploadAdmin",
    "publish_libraries",
]
