"""Fixtures of the imports room."""

from tests.olx.conftest import real_archive

__all__ = ["real_archive"]
