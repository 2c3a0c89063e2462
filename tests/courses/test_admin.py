"""Courses in the Django admin."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content_libraries import api
from content_libraries.courses.models import Course
from tests.conftest import UserFactory

from .building import COURSE_KEY, make_course

URL = "/admin/content_libraries/course/"


@pytest.fixture
def course(db: None) -> None:
    """Not shared: other tests count all courses."""
    make_course()


@pytest.fixture
def client(make_user: UserFactory) -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def test_courses_are_listed_and_found(course: None, client: Client) -> None:
    page = client.get(URL, {"q": "a course"})
    assert str(COURSE_KEY) in page.content.decode()
    assert str(COURSE_KEY) not in client.get(URL, {"q": "something else"}).content.decode()


def test_they_are_listed_with_their_figures_in_a_constant_number_of_queries(client: Client) -> None:
    counts = []
    for total in (2, 8):
        for number in range(Course.objects.count(), total):
            make_course(api.course_key(f"course-v1:Org+C{number}+R"), problems=number + 1)
        with CaptureQueriesContext(connection) as queries:
            rows = client.get(URL).context["cl"].result_list
        counts.append(len(queries))
        assert [row.figures.live["xblock.v1"] for row in rows] == [number + 2 for number in range(total)]
    assert counts[0] == counts[1]


def test_they_are_published(course: None, client: Client) -> None:
    assert client.get(URL, {"unpublished": "yes"}).context["cl"].result_count == 1
    chosen = {"action": "publish", "_selected_action": [str(COURSE_KEY)]}
    asked = client.post(URL, chosen).content.decode()
    assert re.search(r"[1-9]\d* changes are published", asked)
    assert client.get(URL, {"unpublished": "yes"}).context["cl"].result_count == 1
    chosen["post"] = "yes"
    assert f"Published {COURSE_KEY}." in client.post(URL, chosen, follow=True).content.decode()
    (row,) = client.get(URL, {"unpublished": "no"}).context["cl"].result_list
    assert (row.figures.unpublished, row.figures.last_published is None) == (0, False)
    assert f"Nothing was to be published in {COURSE_KEY}." in client.post(URL, chosen, follow=True).content.decode()


def test_a_course_of_another_store_is_listed_too(client: Client) -> None:
    Course.objects.create(id=COURSE_KEY, org="Org", display_name="Elsewhere")
    assert "Elsewhere" in client.get(URL).content.decode()
    chosen = {"action": "publish", "_selected_action": [str(COURSE_KEY)]}
    assert "Nothing is to be done." in client.post(URL, chosen).content.decode()
    assert client.post(URL, {**chosen, "post": "yes"}, follow=True).status_code == 200
    assert client.get(URL, {"unpublished": "no"}).context["cl"].result_count == 1


def test_they_can_only_be_looked_at(course: None, client: Client) -> None:
    (row,) = client.get(URL).context["cl"].result_list
    assert row.figures.live_items == 6
    page = client.get(f"{URL}{str(COURSE_KEY).replace('_', '_5F').replace('+', '_2B').replace(':', '_3A')}/change/")
    assert page.status_code == 200
    assert "A course" in page.content.decode()
    assert client.get(f"{URL}add/").status_code == 403
    assert 'name="_save"' not in page.content.decode()


def test_an_address_with_what_is_no_key_leads_back(client: Client) -> None:
    for page in ("change", "history"):
        response = client.get(f"{URL}course-v1:Org+C/{page}/", follow=True)
        assert response.status_code == 200
        assert "doesn’t exist" in response.content.decode()
    assert client.get(f"{URL}course-v1:Org+C/delete/").status_code == 403  # nobody deletes courses here
