"""A Studio-like host project for the content_libraries app."""

import warnings

# A warning of the fs package at every start. XBlock needs the package, which has no newer release.
warnings.filterwarnings("ignore", message="pkg_resources is deprecated", category=UserWarning)

from .celery import app as celery_app  # noqa: E402 - after the filter

__all__ = ["celery_app"]
