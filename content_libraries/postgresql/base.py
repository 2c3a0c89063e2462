"""
The database backend: what Django looks for in the module that ``ENGINE`` names.

openedx-tagging has a migration that deletes rows and then changes their table, in one transaction. PostgreSQL refuses
that while the foreign keys of the deleted rows wait to be checked at the end of the transaction, so nobody could set
up a new site. Here migrations check foreign keys at each statement, and none is left waiting.
"""

from __future__ import annotations

from typing import Self

from django.db.backends.postgresql import base
from django.db.backends.postgresql.schema import DatabaseSchemaEditor as PostgresqlSchemaEditor


class DatabaseSchemaEditor(PostgresqlSchemaEditor):
    """Changes tables, with foreign keys that are checked at once."""

    def __enter__(self) -> Self:
        super().__enter__()
        if self.atomic_migration and not self.collect_sql:
            self.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return self


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    SchemaEditorClass = DatabaseSchemaEditor
