"""The Celery application of the host."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready
from django_structlog.celery.steps import DjangoStructLogInitStep

from .broker import use_file_transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

use_file_transport()
app = Celery("studio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Jobs log under the id of the request that started them.
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def leave_logging_alone(**_details: Any) -> None:
    """Celery sets up logs of its own unless somebody listens here; Django has done it, as for the web server."""


@worker_ready.connect
def keep_what_is_loaded(**_details: Any) -> None:
    """
    What a worker has loaded when it is ready lives as long as the worker: it is never searched for garbage.

    At its end that saves the seconds after which whoever stops it would kill it.
    """
    gc.freeze()
