"""Libraries, their teams, and every "may this user"."""
