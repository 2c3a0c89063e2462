"""Data that a frontend needs before it shows its home: permissions of the caller, organizations, switches, help."""
