"""The database that ``DATABASE_URL`` names, and the driver that Django reaches it with."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

import dj_database_url

_VERSION_THAT_DJANGO_ASKS_FOR: Final = (2, 2, 1, "final", 0)


def database(data_dir: Path) -> dj_database_url.DBConfig:
    """Return the settings of the database; without ``DATABASE_URL``, of a file in the folder."""
    config = dj_database_url.config(default=f"sqlite:///{data_dir / 'studio.sqlite3'}", conn_max_age=60)
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # Writers queue up at the start of their transaction instead of failing in the middle of it, and readers
        # are never blocked by a writer.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
    elif config["ENGINE"] == "django.db.backends.mysql":
        config["OPTIONS"] = {"charset": "utf8mb4", "isolation_level": "read committed"}
        _provide_driver()
    return config


def _provide_driver() -> None:
    """Let PyMySQL, which needs no compiler, replace mysqlclient if that is not installed."""
    if find_spec("MySQLdb") is None:
        import pymysql  # noqa: PLC0415 - only sites on MySQL have it

        pymysql.version_info = _VERSION_THAT_DJANGO_ASKS_FOR
        pymysql.install_as_MySQLdb()
