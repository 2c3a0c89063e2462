"""Links of course blocks: their attributes, their rows, what they lead to, and how they stand."""
