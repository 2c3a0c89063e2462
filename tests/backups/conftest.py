"""Backing up and restoring, and the public events of it."""

from tests.content.conftest import record

__all__ = ["record"]
