"""Settings of the tests against real services: the test settings, on the database that ``DATABASE_URL`` names."""

from .settings import *  # noqa: F403
