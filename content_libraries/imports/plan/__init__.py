"""Plans of imports: the item that each block of a source becomes in a library."""
