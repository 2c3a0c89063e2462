"""Questions of other learning platforms, and the blocks that they become."""
