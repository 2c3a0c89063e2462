"""Pages on which authors see and change libraries in a browser."""
