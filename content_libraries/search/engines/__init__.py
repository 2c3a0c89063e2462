"""Search engines: each package is one, and nothing but its settings and its extra names it."""
