"""Tags of libraries and of objects in them."""
