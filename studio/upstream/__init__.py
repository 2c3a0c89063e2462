"""Code of the host that depends on internals of other packages, or corrects them; one module for each package."""
