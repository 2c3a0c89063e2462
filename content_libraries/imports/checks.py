"""Checks the formats of sources that other packages add."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.core import checks

from ..extensions import findings_of, warnings_of
from ..findings import Finding
from .sources.registry import added_formats


@checks.register
def warn_of_added_formats(app_configs: Sequence[AppConfig] | None, **_kwargs: object) -> list[checks.CheckMessage]:
    """Warn of entry points that name no format of sources."""
    return warnings_of(added_formats())


def check_added_formats() -> list[Finding]:
    """Return a finding for each entry point that names no format of sources."""
    return findings_of(added_formats())
