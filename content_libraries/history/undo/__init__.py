"""Undoes change sets (ADR 0046)."""
