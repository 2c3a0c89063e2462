"""Tests of the backups room."""
