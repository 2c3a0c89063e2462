"""Links as users see them."""
