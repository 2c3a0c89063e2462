"""Legacy (v1) libraries: migrating them, and listing those that a site knows."""
