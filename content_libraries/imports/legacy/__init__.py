"""Migration of legacy (v1) libraries, and lists of the legacy libraries that a site knows."""
