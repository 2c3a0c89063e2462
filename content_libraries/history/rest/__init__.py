"""The history of content over REST."""
