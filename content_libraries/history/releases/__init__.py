"""Named selections of items that are published together, after somebody has agreed."""
