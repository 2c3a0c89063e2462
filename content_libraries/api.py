"""The public Python API: what each room lists in its ``__all__``."""
