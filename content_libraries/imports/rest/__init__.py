"""REST API of imports: the paths that authoring frontends call, and what is new (uploads, plans)."""
