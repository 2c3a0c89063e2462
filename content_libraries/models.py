"""Gathers the models of the rooms, because Django looks for them here."""

from .backups.models import BackupJob, RestoreJob
from .clipboard.models import StagedContent, StagedFile
from .content.models import ContainerSettings, UnitTemplate
from .courses.models import BlockDefinition, CompileAttempts, CompiledCourse, CompiledDefinition, Course, CourseBlock
from .history.models import BulkEditJob, Release, ReleaseEvent, ReleaseItem
from .imports.models import (
    ImportJob,
    ModulestoreBlockMigration,
    ModulestoreBlockSource,
    ModulestoreMigration,
    ModulestoreSource,
    SourceUpload,
    StoredPlan,
)
from .jobs.models import PeriodicTurn
from .learning_core.container_types import BlockGroup, BlockGroupVersion, CourseOutline, CourseOutlineVersion
from .learning_core.models import ChangeSetName
from .libraries.models import ContentLibrary, ContentLibraryPermission
from .search.models import SearchAccess, SearchCheckpoint, SearchRebuild
from .sync.models import CourseLink, LegacyConversion, SyncRun, SyncRunCourse
from .tagging.models import TaxonomyAvailability
from .upstream.openedx_core import EntityRow
from .xblocks.models import StudentState

__all__ = [
    "BackupJob",
    "BlockDefinition",
    "BlockGroup",
    "BlockGroupVersion",
    "BulkEditJob",
    "ChangeSetName",
    "CompileAttempts",
    "CompiledCourse",
    "CompiledDefinition",
    "ContainerSettings",
    "ContentLibrary",
    "ContentLibraryPermission",
    "Course",
    "CourseBlock",
    "CourseLink",
    "CourseOutline",
    "CourseOutlineVersion",
    "EntityRow",
    "ImportJob",
    "LegacyConversion",
    "ModulestoreBlockMigration",
    "ModulestoreBlockSource",
    "ModulestoreMigration",
    "ModulestoreSource",
    "PeriodicTurn",
    "Release",
    "ReleaseEvent",
    "ReleaseItem",
    "RestoreJob",
    "SearchAccess",
    "SearchCheckpoint",
    "SearchRebuild",
    "SourceUpload",
    "StagedContent",
    "StagedFile",
    "StoredPlan",
    "StudentState",
    "SyncRun",
    "SyncRunCourse",
    "TaxonomyAvailability",
    "UnitTemplate",
]
