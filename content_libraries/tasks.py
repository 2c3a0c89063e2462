"""Gathers the tasks of the rooms, because Celery looks for them here."""

from .backups import tasks as backups_tasks  # noqa: F401
from .clipboard import tasks as clipboard_tasks  # noqa: F401
from .content import tasks as content_tasks  # noqa: F401
from .courses import tasks as courses_tasks  # noqa: F401
from .history import tasks as history_tasks  # noqa: F401
from .imports import tasks as imports_tasks  # noqa: F401
from .jobs import tasks as jobs_tasks  # noqa: F401
from .search import tasks as search_tasks  # noqa: F401
from .sync import tasks as sync_tasks  # noqa: F401
