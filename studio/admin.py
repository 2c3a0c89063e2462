"""Where Django looks for admin classes of the host; this module only gathers them."""

from django.conf import settings
from django.contrib import admin

from .operations.admin import TaskArtifactAdmin, TaskStatusAdmin

__all__ = ["TaskArtifactAdmin", "TaskStatusAdmin"]

admin.site.site_header = admin.site.site_title = f"{settings.STUDIO_NAME} administration"
# Lists of libraries and jobs have many columns, and filters beside them.
admin.site.enable_nav_sidebar = False
