"""Answers a frontend's questions before it shows its home: permissions of the caller, organizations, switches, help."""
