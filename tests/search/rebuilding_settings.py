"""Settings of what ``rebuilding_process`` runs: the test settings, without migrations, which take long."""

from typing import Any

from tests.settings import *  # noqa: F403


class _NoMigrations:
    def __contains__(self, _app: str) -> bool:
        return True

    def __getitem__(self, _app: str) -> None:
        return None


MIGRATION_MODULES: Any = _NoMigrations()
CONTENT_LIBRARIES_SEARCH_ENGINE = "tests.search.mortal_engine.MortalEngine"
