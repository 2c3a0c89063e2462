"""What can be imported: one module for each format, and the registry of all of them."""
