"""
Rows that all tests of a module have in common, and that are made once.

A module that imports ``library`` and ``staff``, and what they need, has them instead of those of the whole suite.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from edx_django_utils.cache import RequestCache  # type: ignore[import-untyped]
from openedx_authz.engine.enforcer import AuthzEnforcer
from openedx_content.models_api import Container
from pytest_django import DjangoDbBlocker

from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary


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


@pytest.fixture(scope="module")
def shared_library(module_db: None) -> ContentLibrary:
    """``lib:CL-TEST:lib1`` and Bob, its creator."""
    bob = User.objects.create_user("Bob", email="bob@example.com", is_staff=True)
    return libraries.create_library(user=bob, org="CL-TEST", slug="lib1", title="Library One")


@pytest.fixture
def staff(db: None, shared_library: ContentLibrary) -> User:
    """Bob, of global staff, who is there for all tests of a module."""
    return User.objects.get(username="Bob")


@pytest.fixture
def library(db: None, shared_library: ContentLibrary) -> ContentLibrary:
    """The library that is there for all tests of a module, as they find it, without content."""
    return ContentLibrary.objects.get_by_key(shared_library.library_key)
