"""The clipboard: holds content that a user has copied from a library or a course, and pastes it into a library."""
