"""Backups of Moodle courses as sources of imports."""
