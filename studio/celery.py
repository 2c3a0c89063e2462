"""The Celery application of the host."""

import gc
import os

from celery import Celery
from celery.signals import setup_logging, worker_ready
from django_structlog.celery.steps import DjangoStructLogInitStep

from .upstream.kombu import use_file_transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

use_file_transport()
app = Celery("studio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Jobs log under the id of the request that started them.
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def leave_logging_alone(**_details: object) -> None:
    """
    Keep Celery from setting up logs of its own, by listening to this signal.

    Django has set them up already, in the same way as for the web server.
    """


@worker_ready.connect
def keep_what_is_loaded(**_details: object) -> None:
    """
    Exclude everything that a worker has loaded from garbage collection, when it is ready.

    The objects live as long as the worker. Searching them when it ends would take seconds, after which a process
    manager would kill it.
    """
    gc.freeze()
