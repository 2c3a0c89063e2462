"""Courses in the Django admin."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import UserFactory

from .building import COURSE_KEY

URL = "/admin/content_libraries/course/"


@pytest.fixture
def client(make_user: UserFactory) -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def test_courses_are_listed_and_found(course: None, client: Client) -> None:
    page = client.get(URL, {"q": "a course"})
    assert str(COURSE_KEY) in page.content.decode()
    assert str(COURSE_KEY) not in client.get(URL, {"q": "something else"}).content.decode()


def test_they_can_only_be_looked_at(course: None, client: Client) -> None:
    (row,) = client.get(URL).context["cl"].result_list
    assert row.num_blocks == 6
    page = client.get(f"{URL}{str(COURSE_KEY).replace('_', '_5F').replace('+', '_2B').replace(':', '_3A')}/change/")
    assert page.status_code == 200
    assert "A course" in page.content.decode()
    assert client.get(f"{URL}add/").status_code == 403
    assert 'name="_save"' not in page.content.decode()
