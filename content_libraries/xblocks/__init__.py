"""XBlock types: what of their OLX is text for readers."""
