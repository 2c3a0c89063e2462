"""The clipboard: holds what a user has copied from a library or a course, and pastes it into a library."""
