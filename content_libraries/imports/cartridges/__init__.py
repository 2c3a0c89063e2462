"""Common Cartridges as a source of imports."""
