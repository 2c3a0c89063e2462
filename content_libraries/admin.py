"""Where Django looks for admin classes. They live in the rooms; this module only gathers them."""

from .clipboard.admin import StagedContentAdmin
from .courses.admin import CourseAdmin
from .libraries.admin import ContentLibraryAdmin
from .search.admin import SearchCheckpointAdmin
from .xblocks.admin import StudentStateAdmin

__all__ = [
    "ContentLibraryAdmin",
    "CourseAdmin",
    "SearchCheckpointAdmin",
    "StagedContentAdmin",
    "StudentStateAdmin",
]
