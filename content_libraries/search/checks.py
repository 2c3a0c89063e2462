"""A system check: is the package of the search engine installed?"""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.core import checks

from .engine import MissingPackageError, SearchEngineError, current_engine


@checks.register
def check_engine(app_configs: Sequence[AppConfig] | None, **_kwargs: object) -> list[checks.CheckMessage]:
    """Warn where the site has chosen an engine whose package is missing: nothing would be found, or indexed."""
    try:
        current_engine()
    except MissingPackageError as error:
        return [checks.Warning(error.message, id="content_libraries.W002")]
    except SearchEngineError:
        return []
    return []
