"""Restores items and libraries to earlier versions (ADR 0046)."""
