"""The course store: courses kept in learning packages of their own."""
