"""Attacks on a site, as they were made: one module a kind (docs/security.rst)."""
