"""Figures for Prometheus: requests, from django-prometheus, and how far the search index is behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from .health import CHECKS


class HealthCollector(Collector):
    """The findings of the health checks, made when somebody looks."""

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

    def describe(self) -> Iterable[Metric]:
        """Nothing: without this, registering would run the checks."""
        return ()


def register_collectors() -> None:
    """Once a process, when the app is ready."""
    REGISTRY.register(HealthCollector())


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has METRICS_TOKEN (``Authorization: Bearer TOKEN``), and for staff."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not (token and constant_time_compare(given, f"Bearer {token}")) and not request.user.is_staff:
        raise PermissionDenied
    response: HttpResponse = ExportToDjangoView(request)
    return response
