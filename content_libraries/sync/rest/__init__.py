"""REST of the sync room: paths that authoring frontends of the platform use, and new paths of this project."""
