"""Tell the client the id under which the logs have its request."""

from __future__ import annotations

from typing import Any

import structlog
from django.dispatch import receiver
from django.http import HttpResponse
from django_structlog.signals import bind_extra_request_finished_metadata, update_failure_response


@receiver([bind_extra_request_finished_metadata, update_failure_response])
def name_request(response: HttpResponse, **_details: Any) -> None:
    """Put the id into the answer, also into that of a request that failed."""
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        response["X-Request-ID"] = request_id
