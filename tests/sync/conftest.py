"""Fixtures of the sync room."""

from __future__ import annotations

import pytest

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, UserFactory, give_role
from tests.courses.building import make_course

from .building import COURSE_KEY, Author, Shelf


@pytest.fixture
def course(db: None) -> None:
    """A course of one unit with a text and a problem."""
    make_course()


@pytest.fixture
def shelf(library: ContentLibrary) -> Shelf:
    """The library with a section, published."""
    shelf = Shelf(library)
    shelf.fill()
    return shelf


@pytest.fixture
def author(course: None, library: ContentLibrary, make_user: UserFactory, api_client: ClientFactory) -> Author:
    """May edit the course and view the library."""
    user = make_user("author")
    give_role(user, "course_staff", str(COURSE_KEY))
    give_role(user, "library_user", str(library.library_key))
    return Author(api_client(user), user)
