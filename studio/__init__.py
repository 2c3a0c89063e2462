"""A Studio-like host project for the content_libraries app."""

from .celery import app as celery_app

__all__ = ["celery_app"]
