"""Rules for edits of courses: what linked structures refuse, and what may be reused where."""
