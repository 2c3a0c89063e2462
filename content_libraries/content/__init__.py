"""Library content: components, containers and collections, their files, tags and events, publishing and discarding."""
