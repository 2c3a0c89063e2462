"""Code that depends on internals of other packages, one module for each package."""
