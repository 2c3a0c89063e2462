"""Shared parts of the admin: base classes, form fields, and a page that asks for confirmation."""
