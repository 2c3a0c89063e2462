"""Gathers the admin classes of the host, because Django looks for them here."""

from .operations.admin import TaskArtifactAdmin, TaskStatusAdmin

__all__ = ["TaskArtifactAdmin", "TaskStatusAdmin"]
