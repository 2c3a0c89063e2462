"""REST API of libraries and their teams (wire: libraries, team)."""
