"""Libraries, their teams, and every question whether a user may do something in a library."""
