"""Preparations of a zygote before it forks, and of each block process before its first task."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Final, NoReturn

import django
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.template import engines
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _

_CALLED_BY_TASKS: Final = ("editing", "formulas", "inside", "video_config")
"""Names of the modules whose functions are sent to block processes."""


def warm_up() -> None:
    """Import everything that blocks may need, which takes seconds, and cut off all databases."""
    django.setup()
    from ..content.api import load_block_classes  # noqa: PLC0415 - needs the apps

    for name in _CALLED_BY_TASKS:
        import_module(f"{__package__}.{name}")
    load_block_classes()
    engines.all()
    translation.activate(settings.LANGUAGE_CODE)
    with suppress(NoReverseMatch):
        reverse("")  # imports all views of the site, because a block may need the URL of any of them
    # An upload that is half read must not stay behind as a file when its process is killed.
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = sys.maxsize
    connections.close_all()
    BaseDatabaseWrapper.connect = _refuse  # type: ignore[method-assign]  # of every database, in every thread


def begin(connection: Connection) -> None:
    """Do the tasks that come over a connection."""
    from . import video_store  # noqa: PLC0415 - needs the apps
    from .processes.child import RemoteSite, serve  # noqa: PLC0415

    site = RemoteSite(connection)
    video_store.ask_at(site)
    serve(connection, site)


def _refuse(self: BaseDatabaseWrapper, *_arguments: object, **_keywords: object) -> NoReturn:
    from .processes.errors import DatabaseRefusedError  # noqa: PLC0415

    text = _("The code of a block asked for the database “%(alias)s”, and has none.")
    raise DatabaseRefusedError(text % {"alias": self.alias})
