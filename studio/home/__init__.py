"""What a frontend asks before it shows its home: what the caller may do here, organizations, switches, help."""
