"""Meilisearch, a server of its own (``content_libraries[meilisearch]``)."""

from .engine import MeilisearchEngine

__all__ = ["MeilisearchEngine"]
