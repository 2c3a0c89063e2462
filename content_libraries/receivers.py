"""Gathers the ``receivers`` modules of the rooms, which connect to Django signals."""

from .backups import receivers as backups_receivers  # noqa: F401
from .content import receivers as content_receivers  # noqa: F401
from .courses import receivers as courses_receivers  # noqa: F401
from .imports import receivers as imports_receivers  # noqa: F401
from .learning_core import receivers as learning_core_receivers  # noqa: F401
from .search import receivers as search_receivers  # noqa: F401
from .sync import receivers as sync_receivers  # noqa: F401
from .tagging import receivers as tagging_receivers  # noqa: F401
from .tagging import rules as tagging_rules  # noqa: F401 - openedx-tagging asks these
from .upstream import openedx_tagging  # noqa: F401 - lets a migration of that package run
