"""Plans of syncs: what a sync would write, as steps for people and changes for the course store."""
