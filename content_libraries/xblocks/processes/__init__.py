"""Processes of their own for the code of blocks, which end when they take too much time or memory (ADR 0038)."""
