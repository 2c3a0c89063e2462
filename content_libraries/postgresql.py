"""
Lets a migration of openedx-tagging run on PostgreSQL.

Migration 0021 deletes the taxonomy of languages and then changes its table, in one transaction. PostgreSQL refuses to
change a table while foreign keys of deleted rows wait to be checked at the end of the transaction, so no new site could
be set up. This module tells the migration to check foreign keys at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from django.db import connections
from django.db.migrations import Migration, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.models.signals import pre_migrate
from django.dispatch import receiver

DELETES_AND_ALTERS: Final = ("oel_tagging", "0021_remove_system_defined_add_read_only")
"""App label and name of the migration."""

_CHECK: Final = RunSQL("SET CONSTRAINTS ALL IMMEDIATE", RunSQL.noop)


@receiver(pre_migrate, dispatch_uid="content_libraries.postgresql")
def check_foreign_keys_at_once(plan: Iterable[tuple[Migration, bool]], using: str, **_kwargs: Any) -> None:
    """
    Insert a check of foreign keys at the beginning of the migration, if it is about to run.

    Django sends ``pre_migrate`` for each app, with the same plan. The check is inserted only once.

    Args:
        plan: the migrations that run next; the flag of each says whether it is undone.
        using: the alias of the database.
    """
    if connections[using].vendor != "postgresql":
        return
    for migration, _is_undone in plan:
        if (migration.app_label, migration.name) == DELETES_AND_ALTERS and _CHECK not in migration.operations:
            operations = cast(list[Operation], migration.operations)  # each migration has a list of its own
            operations.insert(0, _CHECK)
