"""The Django app, and how the Open edX plugin system mounts it into Studio."""

from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ContentLibrariesConfig(AppConfig):
    """
    The app of content libraries.

    openedx-authz expects this label (``content_libraries.ContentLibrary``).
    """

    name = "content_libraries"
    label = "content_libraries"
    verbose_name = gettext_lazy("Content libraries")
    default_auto_field = "django.db.models.BigAutoField"

    plugin_app: ClassVar[dict[str, object]] = {
        "url_config": {
            "cms.djangoapp": {
                "namespace": "content_libraries",
                "regex": "",
                "relative_path": "urls",
            },
        },
        "settings_config": {
            "cms.djangoapp": {
                "common": {"relative_path": "plugin_settings"},
            },
        },
    }

    def ready(self) -> None:
        # Once models are loaded: connect the rooms to signals, and make kinds of jobs and keys in URLs known.
        from . import receivers, tasks  # noqa: F401, PLC0415
        from .block_types import checks as block_type_checks  # noqa: F401, PLC0415
        from .imports import checks as import_checks  # noqa: F401, PLC0415
        from .learning_core import container_types  # noqa: PLC0415
        from .libraries.authz import checks  # noqa: F401, PLC0415 - Django finds them by their registration
        from .rest import converters  # noqa: PLC0415
        from .search import checks as search_checks  # noqa: F401, PLC0415
        from .upstream.openedx_authz import let_users_have_no_profile  # noqa: PLC0415

        container_types.register()
        converters.register()
        let_users_have_no_profile()
