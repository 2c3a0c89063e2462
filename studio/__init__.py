"""A Studio-like host project for the content_libraries app."""

import warnings

# Said at every start by the fs package, which XBlock needs; there is no newer release of it.
warnings.filterwarnings("ignore", message="pkg_resources is deprecated", category=UserWarning)

from .celery import app as celery_app  # noqa: E402 - after the filter

__all__ = ["celery_app"]
