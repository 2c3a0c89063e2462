"""Shows what publishing some items of a library would do."""
