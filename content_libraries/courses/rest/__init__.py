"""REST of the courses room."""
