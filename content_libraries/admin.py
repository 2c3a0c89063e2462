"""Where Django looks for admin classes. They live in the rooms; this module only gathers them."""
