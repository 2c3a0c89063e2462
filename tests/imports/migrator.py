"""Calls of the migrator's REST API, as authoring frontends make them."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from content_libraries.imports.models import ImportJob

from .conftest import OUTLINE, work

ROOT = "/api/modulestore_migrator/v1/"
COURSE = "course-v1:O+C+1"
TARGET = "lib:O:lib"
BAD_OUTLINE = OUTLINE.replace(
    "</vertical>", '<library_content url_name="bad"><problem url_name="in">x</problem></library_content></vertical>'
)


def post(http: APIClient, path: str, **body: Any) -> Any:
    return http.post(ROOT + path, body, format="json")


def get(http: APIClient, path: str, **query: Any) -> Any:
    return http.get(ROOT + path, query)


def started(http: APIClient, **body: Any) -> Any:
    response = post(http, "migrations/", **{"source": COURSE, "target": TARGET, "composition_level": "section", **body})
    assert response.status_code == 201, response.data
    return response.data


def done(http: APIClient, **body: Any) -> ImportJob:
    return work(started(http, **body)["uuid"])
