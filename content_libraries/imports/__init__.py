"""Imports courses and legacy libraries into libraries: reads, plans, previews, applies."""
