"""
Values that a database refuses: texts with a NUL, and ones that are longer than their column. PostgreSQL raises an error
for both, where SQLite stores them.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from organizations.models import Organization

from content_libraries.courses.models import Course
from tests.conftest import ClientFactory
from tests.endpoints import endpoints, request
from tests.test_blank_parameters import optional_parameters
from tests.test_openapi import without_names
from tests.world import world_with_arguments  # noqa: F401 - the fixture “arguments”

pytestmark = pytest.mark.django_db


def test_no_query_has_a_nul(staff: User, arguments: dict[str, str], api_client: ClientFactory) -> None:
    """Two lists were a 500 on PostgreSQL."""
    client, described = api_client(staff), optional_parameters()
    asked, wrong = 0, []
    for endpoint in endpoints():
        if endpoint[0] != "GET":
            continue
        for name in described.get(without_names(endpoint[1]), ()):
            asked += 1
            status = request(client, endpoint, arguments, query=f"{name}=a%00b").status_code
            if status not in {400, 404}:
                wrong.append((endpoint, name, status))
    assert asked > 60
    assert wrong == []


def test_the_answer_names_the_parameter(staff: User, api_client: ClientFactory) -> None:
    answer = api_client(staff).get("/api/authz/v1/scopes/?orgs=a%00b")
    assert answer.status_code == 400
    assert answer.json() == {"orgs": ["Null characters are not allowed."]}


@pytest.mark.parametrize("org", ["o" * 256, "o" * 70_000, "a\0b"], ids=["long", "longer", "nul"])
def test_no_organization_has_an_endless_name(staff: User, api_client: ClientFactory, org: str) -> None:
    body = {"org": org, "slug": "s", "title": "t", "description": ""}
    answer = api_client(staff).post("/api/libraries/v2/", body, format="json")
    assert answer.status_code == 400
    assert "org" in answer.json()
    assert not Organization.objects.filter(short_name__startswith=org[0]).exists()


@pytest.mark.parametrize("value", ["a%00b", "9" * 20, "9" * 5_000, "-1", "[]"])
def test_filters_of_the_admin(admin_client: Client, value: str) -> None:
    lists = {Course: ("created__year", "org"), User: ("q", "is_staff__exact", "groups__id__exact")}
    for model, names in lists.items():
        page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for name in names:
            answer: Any = admin_client.get(f"{page}?{name}={value}")
            assert answer.status_code < 500, (page, name)
