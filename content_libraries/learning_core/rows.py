"""
Inserts many rows into Learning Core's tables.

Three things need care. ``PublishableEntity`` overrides ``pk`` with a read-only property, so ``bulk_create`` cannot give
its rows their ids. Units, subsections and sections are multi-table children, which ``bulk_create`` refuses. And MySQL
does not return the ids of a bulk insert.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from django.db import connection, models

from ..upstream.openedx_core import EntityRow, PublishableEntityVersion

IN_SIZE = 10_000
"""How many values one ``IN (…)`` gets. SQLite takes 32,766 parameters since 3.32, unless built for more."""


def insert[RowT: models.Model](
    rows: Sequence[RowT], *, read_back: models.QuerySet[RowT], natural_key: Callable[[Any], Hashable]
) -> None:
    """
    Insert rows and give each its id.

    Args:
        rows: unsaved objects of one model.
        read_back: finds the inserted rows again, where the database does not return their ids.
        natural_key: a key that identifies a row before it has an id; a stored row has the same key.
    """
    if not rows:
        return
    type(rows[0])._default_manager.bulk_create(rows)
    if connection.features.can_return_rows_from_bulk_insert:
        return
    stored = {natural_key(row): row.pk for row in read_back}
    for row in rows:
        row.pk = stored[natural_key(row)]


def insert_with_uuid[RowT: (EntityRow, PublishableEntityVersion)](rows: Sequence[RowT]) -> None:
    """Insert rows of a model with a ``uuid`` that is made in Python, and give each its id."""
    if not rows:
        return
    model = type(rows[0])
    model._default_manager.bulk_create(rows)
    if connection.features.can_return_rows_from_bulk_insert:
        return
    pks: dict[Any, Any] = {}
    for part in batched((row.uuid for row in rows), IN_SIZE):
        pks.update(model._default_manager.filter(uuid__in=part).values_list("uuid", "id"))
    for row in rows:
        row.id = pks[row.uuid]


def insert_each(rows: Sequence[models.Model]) -> None:
    """
    Insert rows that only their id identifies, and give each its id.

    They are inserted one by one if the database does not return the ids of a bulk insert.
    """
    if not rows:
        return
    if connection.features.can_return_rows_from_bulk_insert:
        type(rows[0])._default_manager.bulk_create(rows)
        return
    for row in rows:
        row.save(force_insert=True)


def insert_values(
    model: type[models.Model], names: Sequence[str], values: Sequence[Sequence[int | str | None]]
) -> None:
    """
    Insert rows without returning their ids.

    Makes no model objects, because making them takes longer than inserting the rows.

    Args:
        names: the attributes of all columns but the id, such as ``entity_id``.
        values: the values of each row. Numbers and texts only: the database gets them unconverted.
    """
    if not values:
        return
    quote = connection.ops.quote_name
    columns = {field.attname: quote(str(field.column)) for field in model._meta.local_concrete_fields}
    listed, marks = ", ".join(columns[name] for name in names), ", ".join("%s" for _name in names)
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({listed}) VALUES ({marks})"  # noqa: S608 - no values
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def insert_multi_table_children(model: type[models.Model], parent_pks: Iterable[int]) -> None:
    """Insert rows of a multi-table child model that adds no column of its own to its parent."""
    (link,) = model._meta.local_concrete_fields
    insert_values(model, [link.attname], [(pk,) for pk in parent_pks])


def upsert_pointers(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Insert or update rows of ``Draft`` or ``Published``, whose primary key is their entity."""
    if not rows:
        return
    type(rows[0])._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=fields,
        unique_fields=["entity"] if connection.features.supports_update_conflicts_with_target else None,
    )


def in_parts[ValueT](values: Iterable[ValueT]) -> Iterator[tuple[ValueT, ...]]:
    """Cut values into parts that one ``IN (…)`` can take."""
    return batched(values, IN_SIZE)
