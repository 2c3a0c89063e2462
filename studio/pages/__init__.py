"""Pages that the host itself renders."""
