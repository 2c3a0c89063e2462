"""Jobs: long work in the background, with leases, progress, canceling and retrying."""
