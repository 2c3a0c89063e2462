"""REST of the sync room: at the paths that authoring frontends know, and what is new below our own."""
