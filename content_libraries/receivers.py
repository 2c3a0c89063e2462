"""Where Django signals meet the rooms. Each room that listens has a ``receivers`` module; this one gathers them."""
