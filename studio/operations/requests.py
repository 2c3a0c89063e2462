"""
Counts requests and their durations for Prometheus, by part of the site.

django-prometheus counts by view, template, exception and size, which makes more than a thousand lines with time. Here
the beginning of the URL gives the part of the site, and the log has the details of each request.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django_prometheus.middleware import Metrics, PrometheusAfterMiddleware
from prometheus_client import Counter, Histogram, disable_created_metrics

_BUCKETS: Final = (0.05, 0.2, 0.5, 1, 2, 5, 20)
_SEGMENTS: Final = 3
_WHOLE: Final = frozenset({"admin"})
"""Parts of the site that are reported as a whole, although their URLs have more segments."""
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
NOWHERE: Final = "none"
"""The name of the part for URLs that lead to no view."""

disable_created_metrics()  # type: ignore[no-untyped-call]


class _Uncounted:
    """Takes the place of a metric that is not kept."""

    def labels(self, **_labels: str) -> _Uncounted:
        return self

    def inc(self, _amount: float = 1) -> None:
        """Count nothing."""

    def observe(self, _amount: float) -> None:
        """Measure nothing."""


type _Metric = Counter | Histogram | _Uncounted


class KeptMetrics(Metrics):
    """The two metrics that are reported, made once in each process."""

    def register_metric(self, metric_cls: object, name: str, *_arguments: object, **_options: object) -> _Uncounted:
        return _Uncounted()

    def register(self) -> None:
        super().register()
        self.requests_latency_by_view_method = Histogram(
            "studio_request_seconds", "How long requests take.", ["view"], buckets=_BUCKETS
        )
        self.responses_by_status_view_method = Counter(
            "studio_responses_total", "How requests are answered.", ["status", "view", "method"]
        )


class CountingMiddleware(PrometheusAfterMiddleware):
    """Counts requests by part of the site, method and status."""

    metrics_cls = KeptMetrics

    def label_metric(
        self, metric: _Metric, request: HttpRequest, response: HttpResponse | None = None, **labels: str
    ) -> _Metric:
        if "view" in labels:
            labels["view"] = part_of_site(request)
        if "method" in labels:
            labels["method"] = str(request.method) if request.method in _METHODS else "other"
        if metric is self.metrics.requests_latency_by_view_method:
            del labels["method"]
        labeled: _Metric = super().label_metric(metric, request, response, **labels)
        return labeled


def part_of_site(request: HttpRequest) -> str:
    """Return the beginning of a view's URL, such as ``api/libraries/v2``. It never has text from a client."""
    match = request.resolver_match
    if match is None:
        return NOWHERE
    fixed = match.route.removeprefix("^").split("<")[0].split("(")[0]
    segments = fixed.strip("/").split("/")
    return "/".join(segments[: 1 if segments[0] in _WHOLE else _SEGMENTS]) or "/"
