"""The production settings, sharing Redis with others."""

import os

from studio.settings_production import *  # noqa: F403

CELERY_TASK_DEFAULT_QUEUE = CACHES["default"]["KEY_PREFIX"] = os.environ["BROKER_QUEUE"]  # noqa: F405
