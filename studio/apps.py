"""The host's own app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StudioConfig(AppConfig):
    """Commands, demo content and the description of the API."""

    name = "studio"
    verbose_name = _("Studio")

    def ready(self) -> None:
        from user_tasks import rules  # noqa: PLC0415 - needs the apps

        from .operations import request_ids  # noqa: F401, PLC0415 - connects receivers, which need Django
        from .upstream import submissions  # noqa: F401, PLC0415

        rules.add_rules()  # users see their own tasks and artifacts
