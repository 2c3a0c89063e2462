"""What the editors of frontends ask the site itself; what they ask of a block is served by the app."""
