"""Tools for operators: health, metrics, logs, and lists in the admin."""
