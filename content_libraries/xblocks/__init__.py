"""XBlocks in libraries: their fields, views, handlers, files and search texts."""
