"""Links and sync runs in the Django admin."""
