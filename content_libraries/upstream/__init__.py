"""What leans on the insides of other packages, one module a package."""
