"""What is wrong in submissions, and what corrects it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations import Migration
from django.db.models.signals import pre_migrate

from studio.upstream.submissions import CONVERTS

ALTERS = re.compile(r'"ALTER TABLE (\w+) "\s*"MODIFY (\w+) ')


@pytest.mark.xfail(
    strict=True, reason="edx-submissions 4.0: the migration names columns that are not there", raises=AssertionError
)
def test_the_migration_runs_on_mariadb() -> None:
    app, name = CONVERTS
    module = importlib.import_module(f"{app}.migrations.{name}")
    altered = set(ALTERS.findall(Path(module.__file__ or "").read_text()))
    tables = {model._meta.db_table: model for model in apps.get_app_config(app).get_models()}
    columns = {(table, field.column) for table, model in tables.items() for field in model._meta.concrete_fields}
    assert altered <= columns


def test_the_migration_does_nothing_here() -> None:
    app, name = CONVERTS
    migration: Migration = importlib.import_module(f"{app}.migrations.{name}").Migration(name, app)
    assert len(migration.operations) == 1
    pre_migrate.send(apps.get_app_config("studio"), plan=[(migration, False)], using=connection.alias)
    assert migration.operations == []
