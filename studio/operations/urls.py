"""Paths that probes and scrapers know."""

from __future__ import annotations

from django.urls import path

from . import health, metrics

metrics.register_collectors()

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
