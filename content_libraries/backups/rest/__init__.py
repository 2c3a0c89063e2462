"""HTTP of archives."""
