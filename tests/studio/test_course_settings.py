"""Facts about a course that frontends show beside its blocks."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from content_libraries import api
from tests.conftest import ClientFactory
from tests.courses.building import COURSE_KEY, make_course
from tests.sync.building import write_file

pytestmark = pytest.mark.django_db

URL = f"/api/contentstore/v1/course_details/{COURSE_KEY}"


def test_dates_are_those_of_the_policy(staff: User, api_client: ClientFactory) -> None:
    make_course()
    write_file(api.POLICY_PATH, b'{"course": {"start": "2030-01-01T00:00:00Z"}}')
    assert api_client(staff).get(URL).json()["start_date"] == "2030-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "policy", ['{"course": null}', '{"course": [1]}', "[]", "null", "{", pytest.param("[" * 100_000, id="deep")]
)
def test_a_course_whose_policy_cannot_be_read_has_no_dates(staff: User, api_client: ClientFactory, policy: str) -> None:
    make_course()
    write_file(api.POLICY_PATH, policy.encode())
    response = api_client(staff).get(URL)
    assert response.status_code == 200
    assert (response.json()["title"], response.json()["start_date"]) == ("A course", None)
