"""Plans of syncs: the writes of a sync, as steps for people and changes for the course store."""
