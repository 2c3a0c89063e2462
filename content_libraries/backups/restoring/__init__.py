"""Restores archives: plans what would be written, shows it, and writes it in one transaction."""
