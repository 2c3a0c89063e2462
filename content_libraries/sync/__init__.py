"""Course blocks that are linked to library items, and stay in sync with them."""
