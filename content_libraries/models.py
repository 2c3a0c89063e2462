"""Where Django looks for models. They live in the rooms; this module only gathers them."""

from .courses.models import Course
from .learning_core.rows import EntityRow
from .libraries.models import ContentLibrary, ContentLibraryPermission

__all__ = ["ContentLibrary", "ContentLibraryPermission", "Course", "EntityRow"]
