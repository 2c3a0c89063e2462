"""
Uses internals of openedx-tagging, a part of openedx-core, beyond its ``api``, its ``data`` and the reading of its
models.

*Tags are written in sets.* ``tagging`` gives and copies the tags of many objects with one insert, where the
api takes several queries for each object. An ``ObjectTag`` keeps the value and the taxonomy's export id in columns
with private names, ``_value`` and ``_export_id``; ``object_tag`` fills them, and VALUE and EXPORT_ID name them for
queries. This can go when the api gives and copies tags of many objects in a constant number of queries.

*Tags of read-only taxonomies.* The api refuses to add tags to a read-only taxonomy, also for its owner, who keeps it
up to date. ``add_tag`` writes the row. This can go when the api lets owners add tags.

*Rules.* The package lets all users see everything and no user edit tags, and leaves better rules to its host, but has
no setting for them. ``tagging.rules`` replaces the rules of the package in django-rules; the module of the package has
to be loaded before. This can go when the package reads its rules from a setting.

*A migration on PostgreSQL.* Migration 0021 deletes the taxonomy of languages and then changes its table, in one
transaction. PostgreSQL refuses to change a table while foreign keys of deleted rows wait to be checked at the end of
the transaction, so no new site could be set up. The migration is told to check foreign keys at once. This can go when
a release changes that migration.

Besides, ``tagging.rest`` derives from the REST views.

Seen with openedx-core 1.15.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, cast

from django.db import connections
from django.db.migrations import Migration, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.models.signals import pre_migrate
from django.dispatch import receiver
from openedx_tagging import rules as _defaults  # noqa: F401 - has to set its rules before they are replaced
from openedx_tagging.models import ObjectTag, Tag, Taxonomy
from rules.permissions import permissions
from rules.predicates import Predicate

VALUE: Final = "_value"
"""The column with the value of a tag. It is kept when the tag is deleted from its taxonomy."""

EXPORT_ID: Final = "_export_id"
"""The column with the export id of a tag's taxonomy. It is kept when the taxonomy is deleted."""

DELETES_AND_ALTERS: Final = ("oel_tagging", "0021_remove_system_defined_add_read_only")
"""App label and name of the migration."""

_CHECK: Final = RunSQL("SET CONSTRAINTS ALL IMMEDIATE", RunSQL.noop)


def add_tag(taxonomy: Taxonomy, value: str, *, external_id: str) -> None:
    """Add a tag at the top of a taxonomy, which may be read-only for users."""
    Tag.objects.create(taxonomy=taxonomy, value=value, external_id=external_id)


def object_tag(
    object_id: str, taxonomy: Taxonomy | None, tag: Tag | None, value: str, *, export_id: str, is_copied: bool = False
) -> ObjectTag:
    """Return an unsaved tag of an object."""
    return ObjectTag(  # type: ignore[no-untyped-call]
        object_id=object_id, taxonomy=taxonomy, tag=tag, is_copied=is_copied, _value=value, _export_id=export_id
    )


def rule_of(permission: str) -> Predicate:
    """Return the predicate that decides about a permission of openedx-tagging."""
    rule: Predicate = permissions[permission]
    return rule


def set_rule(permission: str, decide: Callable[..., bool]) -> None:
    """Let a function decide about a permission of openedx-tagging, in place of the present rule."""
    permissions.set_rule(permission, decide)  # type: ignore[no-untyped-call]


@receiver(pre_migrate, dispatch_uid="content_libraries.upstream.openedx_tagging")
def check_foreign_keys_at_once(plan: Iterable[tuple[Migration, bool]], using: str, **_kwargs: object) -> None:
    """
    Insert a check of foreign keys at the beginning of the migration, if it is about to run on PostgreSQL.

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
