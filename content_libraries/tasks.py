"""Where Celery looks for tasks. They live in the rooms; this module only gathers them."""
