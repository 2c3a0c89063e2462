"""Backing up and restoring, and the public events of it."""

from tests.content.conftest import library, module_db, record, shared_lib, staff

__all__ = ["library", "module_db", "record", "shared_lib", "staff"]
