"""Descriptors of block types, one for each type."""
