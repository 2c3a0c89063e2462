"""
Fixtures of the sync room.

What nearly every test starts with is made once for each module: ``shared_…``. Tests get objects of their own for it.
"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from content_libraries import api
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, give_role
from tests.courses.building import make_course
from tests.shared_worlds import module_db  # noqa: F401 - a fixture of this room, too

from .building import COURSE_KEY, Author, Shelf

LIBRARY_KEY = api.library_key("lib:CL-TEST:lib1")


@pytest.fixture(scope="module")
def shared_staff(module_db: None) -> None:  # noqa: F811
    User.objects.create_user("Bob", email="bob@example.com", is_staff=True)


@pytest.fixture(scope="module")
def shared_library(shared_staff: None) -> None:
    staff = User.objects.get(username="Bob")
    api.create_library(user=staff, org="CL-TEST", slug="lib1", title="Library One")


@pytest.fixture(scope="module")
def shared_shelf(shared_library: None) -> None:
    Shelf(ContentLibrary.objects.get_by_key(LIBRARY_KEY)).fill()


@pytest.fixture(scope="module")
def shared_course(module_db: None) -> None:  # noqa: F811
    make_course()


@pytest.fixture(scope="module")
def shared_author(shared_course: None, shared_library: None) -> None:
    user = User.objects.create_user("author", email="author@example.com")
    give_role(user, "course_staff", str(COURSE_KEY))
    give_role(user, "library_user", str(LIBRARY_KEY))


@pytest.fixture
def staff(shared_staff: None, db: None) -> User:
    """Global staff."""
    return User.objects.get(username="Bob")


@pytest.fixture
def library(shared_library: None, db: None) -> ContentLibrary:
    """``lib:CL-TEST:lib1``, created by ``staff``."""
    return ContentLibrary.objects.get_by_key(LIBRARY_KEY)


@pytest.fixture
def course(shared_course: None, db: None) -> None:
    """A course of one unit with a text and a problem."""


@pytest.fixture
def shelf(shared_shelf: None, library: ContentLibrary) -> Shelf:
    """The library with a section, published."""
    return Shelf(library)


@pytest.fixture
def author(shared_author: None, db: None, api_client: ClientFactory) -> Author:
    """May edit the course and view the library."""
    user = User.objects.get(username="author")
    return Author(api_client(user), user)
