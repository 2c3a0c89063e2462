"""Rules for edits of courses: edits that linked structures refuse, and items that may be reused in a place."""
