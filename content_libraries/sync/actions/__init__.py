"""What users do with links: sync, decline, unlink, paste, move."""
