"""Metrics for Prometheus: requests, from django-prometheus; the lag of the search index; jobs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import permission_denied
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from content_libraries import api

from .callers import is_for_operators
from .health import CHECKS


class HealthCollector(Collector):
    """Runs the health checks when Prometheus asks, and reports their findings."""

    def collect(self) -> Iterator[Metric]:
        findings = {name: check() for name, check in CHECKS.items()}
        up = GaugeMetricFamily("studio_up", "Whether a part of the site works.", labels=["part"])
        for name, finding in findings.items():
            up.add_metric([name], float(finding.ok))
        yield up
        search = findings["search"]
        if search.behind is not None:
            yield GaugeMetricFamily(
                "studio_search_libraries_behind", "Libraries and courses the index has to catch up with.", search.behind
            )
        if search.seconds is not None:
            yield GaugeMetricFamily(
                "studio_search_lag_seconds", "How long the oldest change waits for the index.", search.seconds
            )

        disks = findings["disks"]
        if disks.free_bytes is not None:
            yield GaugeMetricFamily(
                "studio_disk_free_bytes", "Free space on the disk that has the least of it.", disks.free_bytes
            )

    def describe(self) -> Iterable[Metric]:
        """Return no metrics, because otherwise the registration would run the checks."""
        return ()


class JobCollector(Collector):
    """Counts jobs by kind and state in the database when Prometheus asks. Every process reports the same."""

    def collect(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("studio_jobs", "Jobs of each kind in each state.", labels=["kind", "state"])
        silent = GaugeMetricFamily("studio_jobs_silent", "Jobs whose worker is taken for dead.", labels=["kind"])
        age = GaugeMetricFamily("studio_queue_age_seconds", "How long the oldest waiting job waits.", labels=["kind"])
        try:
            figures = api.job_figures()
        except DatabaseError:  # the health check logs the error, and studio_up reports it
            return
        for each in figures:
            for state, number in each.states.items():
                jobs.add_metric([each.kind, state.value], number)
            silent.add_metric([each.kind], each.silent)
            age.add_metric([each.kind], each.waiting_seconds)
        yield from (jobs, silent, age)

    def describe(self) -> Iterable[Metric]:
        """Return no metrics, because otherwise the registration would query the database."""
        return ()


COLLECTORS: Final = (HealthCollector(), JobCollector())


def register_collectors() -> None:
    """Register the collectors. Call this once in a process, when the app is ready."""
    for collector in COLLECTORS:
        REGISTRY.register(collector)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Serve the metrics to clients with METRICS_TOKEN (``Authorization: Bearer TOKEN``), and to staff in a session."""
    if not is_for_operators(request):
        return permission_denied(request, PermissionDenied())  # raised, it would be a trace in the log each time
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """
    Return the registry with the metrics of this process.

    With PROMETHEUS_MULTIPROC_DIR it has the metrics of all processes and of our collectors.
    """
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    for collector in COLLECTORS:
        registry.register(collector)
    return registry
