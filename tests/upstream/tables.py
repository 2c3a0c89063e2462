"""Reads what a table of another package is like, in words that a test can hold it to."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True)
class Table:
    """
    What a writer knows of a table.

    Args:
        columns: attribute -> in words, what it takes.
        rules: unique fields and checks.
    """

    columns: Mapping[str, str]
    rules: Set[str]


def table_of(model: type[models.Model]) -> Table:
    """Read a table as the installed package has it."""
    return Table(columns(model), rules(model))


def columns(model: type[models.Model]) -> dict[str, str]:
    """Map the attributes of the columns to what they take, such as ``up to 255, unique``."""
    return {field.attname: ", ".join(_words(field)) for field in model._meta.local_concrete_fields}


def rules(model: type[models.Model]) -> set[str]:
    """Name what is unique together, and the checks."""
    found = {f"unique: {', '.join(fields)}" for fields in model._meta.unique_together}
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            condition = f" where {constraint.condition}" if constraint.condition else ""
            found.add(f"unique: {', '.join(constraint.fields)}{condition}")
        else:
            found.add(f"check: {constraint.name}")
    return found


def _words(field: models.Field[Any, Any]) -> list[str]:
    words = [field.related_model.__name__ if isinstance(field.related_model, type) else field.get_internal_type()]
    if field.max_length:
        words.append(f"up to {field.max_length}")
    if field.primary_key:
        words.append("key")
    elif field.unique:
        words.append("unique")
    if field.null:
        words.append("null")
    if field.has_default():
        words.append(f"default {getattr(field.default, '__name__', repr(field.default))}")
    if field.has_db_default():
        words.append("default of the database")
    return words
