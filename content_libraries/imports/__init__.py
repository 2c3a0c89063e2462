"""Bringing courses and legacy libraries into libraries: read, plan, preview, apply."""
