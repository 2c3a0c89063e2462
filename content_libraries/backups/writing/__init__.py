"""Writes archives: chooses what goes in, and packs it without holding it in memory."""
