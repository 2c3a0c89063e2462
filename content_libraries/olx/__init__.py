"""Archives of courses and legacy libraries, and the OLX in them: reading, editing, writing. No database."""
