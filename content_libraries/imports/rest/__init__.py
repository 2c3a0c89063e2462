"""REST API of imports: paths that authoring frontends of the platform use, and new paths of this project."""
