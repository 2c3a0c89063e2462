"""Pages that the host renders itself."""
