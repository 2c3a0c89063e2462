"""The history of content: change sets, draft edits and publish operations."""
