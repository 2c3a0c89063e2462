"""Checks of the types that other packages add."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.core import checks

from ..extensions import findings_of, warnings_of
from ..findings import Finding
from .registry import added_types


@checks.register
def warn_of_added_types(app_configs: Sequence[AppConfig] | None, **_kwargs: object) -> list[checks.CheckMessage]:
    """Warn of entry points that name no type of block."""
    return warnings_of(added_types())


def check_added_types() -> list[Finding]:
    """Return a finding for each entry point that names no type of block."""
    return findings_of(added_types())
