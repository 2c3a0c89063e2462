"""Plans of imports: what each block of a source becomes in a library."""
