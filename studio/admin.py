"""Where Django looks for admin classes of the host; this module only gathers them."""

from .operations.admin import TaskArtifactAdmin, TaskStatusAdmin

__all__ = ["TaskArtifactAdmin", "TaskStatusAdmin"]
