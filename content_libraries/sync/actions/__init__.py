"""Actions of users on links: sync, decline, unlink, paste, move."""
