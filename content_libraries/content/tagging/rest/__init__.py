"""Tagging over REST."""
