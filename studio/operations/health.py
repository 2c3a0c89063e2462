"""Checks whether the site works, for load balancers (``/healthz``, ``/readyz``) and for people."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from django.core.cache.backends.locmem import LocMemCache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from content_libraries import api

from ..celery import app as celery_app
from .callers import is_for_operators
from .disks import DATABASE, space_left

logger = logging.getLogger(__name__)

_BROKER_SECONDS: Final = 2
_SEARCH: Final = "search"
_SEARCH_SECONDS: Final = 10
_REFUSED_TOLD: Final = 20
_DISKS: Final = "disks"
_DISKS_SECONDS: Final = 10
remembered: Final = LocMemCache("studio.health", {})
"""Recent results of this process. The cache of the site is not used, because it may be the part that fails."""


@dataclass(frozen=True, slots=True)
class Finding:
    """
    The result of a check.

    Args:
        ok: whether the part works.
        needed: whether the site has to be taken out of service without it. Only the database is needed, and the disk
            of a database in a file: writes succeed without broker and search engine, which catch up from the change
            logs, and a full disk still serves its files.
        behind: for search: how many libraries and courses have changes that the index does not have yet.
        seconds: for search: how long the oldest of these changes has been waiting.
        refused: for search: keys of the first items that are found by their titles only, or not at all, because the
            engine refused their documents. The cause is the content, and not the site. Only operators see the keys.
        free_bytes: for disks: free bytes of the disk with the least free space.
        low: for disks: names of folders on disks with less than FREE_SPACE_MB.
        full: for disks: names of folders in which files cannot be written.
    """

    ok: bool
    needed: bool = False
    behind: int | None = None
    seconds: float | None = None
    refused: tuple[str, ...] | None = None
    free_bytes: int | None = None
    low: Sequence[str] = ()
    full: Sequence[str] = ()


def check_database() -> Finding:
    """Run one query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer.")
        return Finding(ok=False, needed=True)
    return Finding(ok=True, needed=True)


def check_broker() -> Finding:
    """Try once to connect to the broker."""
    try:
        with celery_app.connection_for_write(connect_timeout=_BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=_BROKER_SECONDS)
    except (KombuError, OSError) as error:
        logger.warning("The broker does not answer: %s", error)
        return Finding(ok=False)
    return Finding(ok=True)


def check_search() -> Finding:
    """
    Measure how far the index lags behind.

    The result is remembered for some seconds, because probes come often.
    """
    finding: Finding | None = remembered.get(_SEARCH)
    if finding is None:
        try:
            lag = api.index_lag()
        except DatabaseError:
            return Finding(ok=False)  # the check of the database logs it
        if lag.error:
            logger.warning("The search engine does not answer: %s", lag.error)
        refused = lag.refused[:_REFUSED_TOLD]
        finding = Finding(ok=not lag.error, behind=lag.behind, seconds=lag.seconds, refused=refused)
        remembered.set(_SEARCH, finding, _SEARCH_SECONDS)
    return finding


def check_disks() -> Finding:
    """
    Measure the space where files are written.

    The result is remembered for some seconds, because probes come often.
    """
    finding: Finding | None = remembered.get(_DISKS)
    if finding is None:
        space = space_left()
        finding = Finding(
            ok=not (space.low or space.full),
            needed=DATABASE in space.full,
            free_bytes=space.free,
            low=space.low,
            full=space.full,
        )
        remembered.set(_DISKS, finding, _DISKS_SECONDS)
    return finding


CHECKS: Final[dict[str, Callable[[], Finding]]] = {
    "database": check_database,
    "broker": check_broker,
    "search": check_search,
    "disks": check_disks,
}


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """
    Report that the process is alive.

    No other service is asked, so that an outage elsewhere does not restart this process.
    """
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """
    Report the state of each part. The status is 503 if a needed part does not work.

    The view needs no login, so it does not reveal items of libraries.
    """
    findings = {name: check() for name, check in CHECKS.items()}
    if findings["search"].refused and not (findings["database"].ok and is_for_operators(request)):
        findings["search"] = replace(findings["search"], refused=None)
    ready = all(finding.ok for finding in findings.values() if finding.needed)
    degraded = not all(finding.ok for finding in findings.values())
    return JsonResponse(
        {
            "status": "degraded" if ready and degraded else "ready" if ready else "not ready",
            "checks": {name: asdict(finding) for name, finding in findings.items()},
        },
        status=200 if ready else 503,
    )
