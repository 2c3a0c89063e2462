"""Settings of a site whose messages go into a queue of its own, so that a broker can be shared."""

import os

from studio.settings import *  # noqa: F403

CELERY_TASK_DEFAULT_QUEUE = os.environ["BROKER_QUEUE"]
