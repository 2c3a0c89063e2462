"""Fixtures of the courses room."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from tests.conftest import UserFactory, give_role
from tests.shared_worlds import module_db  # noqa: F401 - a fixture of this room, too

from .building import COURSE_KEY, make_course


@pytest.fixture(scope="module")
def shared_course(module_db: None) -> None:  # noqa: F811
    make_course()


@pytest.fixture
def course(shared_course: None, db: None) -> None:
    """A course of one unit with a text and a problem, nothing published; see ``building``. Made once for a module."""


@pytest.fixture
def make_course_member(make_user: UserFactory) -> Callable[..., User]:
    """Creates a user with a role in the course: ``make_course_member("course_staff")``."""

    def make(role: str, scope: str = str(COURSE_KEY)) -> User:
        user = make_user(f"{role}-of-{scope.partition(':')[2].strip('*+') or 'everything'}")
        give_role(user, role, scope)
        return user

    return make
