"""Long runs of generated input, left out of the default run: ``make test-api``."""
