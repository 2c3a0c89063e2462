"""Where Django looks for models. They live in the rooms; this module only gathers them."""

from .content.clipboard.models import StagedContent, StagedFile
from .content.models import ContainerSettings
from .content.tagging.models import TaxonomyAvailability
from .courses.models import Course
from .imports.models import (
    ModulestoreBlockMigration,
    ModulestoreBlockSource,
    ModulestoreMigration,
    ModulestoreSource,
)
from .learning_core.rows import EntityRow
from .libraries.models import ContentLibrary, ContentLibraryPermission
from .search.models import SearchAccess, SearchCheckpoint
from .xblocks.models import StudentState

__all__ = [
    "ContainerSettings",
    "ContentLibrary",
    "ContentLibraryPermission",
    "Course",
    "EntityRow",
    "ModulestoreBlockMigration",
    "ModulestoreBlockSource",
    "ModulestoreMigration",
    "ModulestoreSource",
    "SearchAccess",
    "SearchCheckpoint",
    "StagedContent",
    "StagedFile",
    "StudentState",
    "TaxonomyAvailability",
]
