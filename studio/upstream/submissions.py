"""
Corrects submissions (edx-submissions), the tables of learners' submissions, which Open Response needs.

*A migration on MariaDB.* Migration 0006 gives columns ``uuid`` the type that Django uses for them since version 5. It
names three tables, of which two have no such column, so no site on MariaDB could be set up. On other databases it does
nothing. Sites of this host were all set up with Django 5, so their columns have the type already, and the migration is
left without operations. This can go when a release changes that migration.

Seen with edx-submissions 4.0.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from django.db.migrations import Migration
from django.db.migrations.operations.base import Operation
from django.db.models.signals import pre_migrate
from django.dispatch import receiver

CONVERTS: Final = ("submissions", "0006_mariadb_uuid_conversion")
"""App label and name of the migration."""


@receiver(pre_migrate, dispatch_uid="studio.upstream.submissions")
def leave_out_conversion(plan: Iterable[tuple[Migration, bool]], **_kwargs: object) -> None:
    """
    Remove the operations of the migration, if it is about to run.

    Args:
        plan: the migrations that run next; the flag of each says whether it is undone.
    """
    for migration, _is_undone in plan:
        if (migration.app_label, migration.name) == CONVERTS:
            cast(list[Operation], migration.operations).clear()  # each migration has a list of its own
