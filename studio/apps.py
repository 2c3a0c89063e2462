"""The host's own app."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """Commands, demo content and the description of the API."""

    name = "studio"
    verbose_name = "Studio"

    def ready(self) -> None:
        from . import schema  # noqa: F401, PLC0415 - registers the schemes of authentication
        from .operations import metrics, request_ids  # noqa: F401, PLC0415 - need Django; the second connects receivers

        metrics.register_collectors()
