"""REST API of libraries and their teams (libraries-rest contract, sections 2 and 3)."""
