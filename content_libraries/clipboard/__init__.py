"""What a user has copied, and pasting it into a library."""
