"""The app as others get it: as a wheel."""
