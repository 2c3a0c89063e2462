"""The history of content: draft edits and publish operations."""
