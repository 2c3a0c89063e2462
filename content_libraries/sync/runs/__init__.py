"""Syncs of whole courses in the background."""
