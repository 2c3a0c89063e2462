"""The fixtures of content: a library, and what people do in it."""

from tests.content.conftest import acting_as, lib, library, module_db, record, shared_lib, staff

__all__ = ["acting_as", "lib", "library", "module_db", "record", "shared_lib", "staff"]
