"""Tests of what jobs of all kinds have in common."""
