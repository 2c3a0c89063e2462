"""The engine in the site's own processes, made of tantivy (``content_libraries[tantivy]``)."""

from .engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
