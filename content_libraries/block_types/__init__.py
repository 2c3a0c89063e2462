"""What each type of block is: one descriptor a type."""
