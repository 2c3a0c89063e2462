"""Sources of imports: one module for each format, and the registry of all formats."""
