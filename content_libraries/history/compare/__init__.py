"""Compares two states of an item."""
