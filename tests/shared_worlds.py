"""Rows that all tests of a module have in common, and that are made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from edx_django_utils.cache import RequestCache  # type: ignore[import-untyped]
from openedx_authz.engine.enforcer import AuthzEnforcer
from openedx_content.models_api import Container
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """
    Rows that are made with this fixture stay for all tests of a module.

    Each test, whose transaction is a savepoint of this one, takes back what it has written itself.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        RequestCache.clear_all_namespaces()
        Container.reset_cache()
        AuthzEnforcer._last_policy_loaded_version = None  # the roles that a test of another module gave are gone
        yield
        transaction.set_rollback(True)
