"""Links of course blocks: their attributes, their rows, their library items, and their states."""
