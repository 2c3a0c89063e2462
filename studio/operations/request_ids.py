"""Tells clients the id of their request in the logs."""

from __future__ import annotations

import structlog
from django.dispatch import receiver
from django.http import HttpResponse
from django_structlog.signals import bind_extra_request_finished_metadata, update_failure_response


@receiver([bind_extra_request_finished_metadata, update_failure_response])
def name_request(response: HttpResponse, **_details: object) -> None:
    """Put the id into the response, also if the request failed."""
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        response["X-Request-ID"] = request_id
