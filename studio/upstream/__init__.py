"""What of the host leans on the insides of other packages, or corrects them, one module a package."""
