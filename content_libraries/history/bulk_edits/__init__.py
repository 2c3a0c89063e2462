"""Bulk edits: one change of settings or texts in many items of a library or course."""
