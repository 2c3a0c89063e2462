"""Dates on the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from rest_framework import serializers

SECONDS_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
"""Dates of libraries, components, containers and history: UTC, whole seconds, a literal Z."""


def utc_seconds(moment: datetime | None) -> str | None:
    """Format a moment as ``YYYY-MM-DDTHH:MM:SSZ`` in UTC; None stays None."""
    return None if moment is None else moment.astimezone(UTC).strftime(SECONDS_FORMAT)


class SecondsDateTimeField(serializers.DateTimeField):
    """A read-only date in the format of ``utc_seconds``."""

    def __init__(self, *, allow_null: bool = False) -> None:
        super().__init__(format=SECONDS_FORMAT, default_timezone=UTC, read_only=True, allow_null=allow_null)
