"""The clipboard over REST."""
