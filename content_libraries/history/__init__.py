"""What happened to content: draft edits and publish operations."""
