"""Finds content: documents, engines, index upkeep."""
