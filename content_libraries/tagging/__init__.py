"""Tags of libraries and of what is in them."""
