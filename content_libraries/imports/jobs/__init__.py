"""Jobs that import in the background: ``requests`` starts and finds them, ``work`` does them."""
