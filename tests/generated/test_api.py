"""
Thousands of requests that schemathesis makes up from the API's description: none may end in a 5xx.

The requests come from the site's staff, so that they get past permissions, and most of them name what is there. What
they write is taken back after each endpoint. What other packages serve as it is, in the host, is described here only.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from edxval.models import Video
from edxval.serializers import VideoSerializer
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from user_tasks.models import UserTaskArtifact, UserTaskStatus

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import JWT_PREFIX, ClientFactory, json_web_token
from tests.content.client import LibraryClient
from tests.endpoints import USUAL_ARGUMENTS, endpoints_of_packages

REQUESTS_PER_ENDPOINT = int(os.environ.get("REQUESTS_PER_ENDPOINT", "15"))
_BRACES = str.maketrans("<>", "{}")
SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.yaml"

schema = schemathesis.openapi.from_path(SCHEMA)
schema.app = get_wsgi_application()


def described_packages() -> dict[str, Any]:
    """
    Describe the endpoints of other packages that the host mounts as they are.

    Any JSON counts as a value of each parameter and of each field: drf-spectacular cannot look at all of the packages.
    """
    paths: dict[str, Any] = {}
    for method, path in endpoints_of_packages():
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"<(\w+)>", path)
        ]
        parameters += [{"name": name, "in": "query", "schema": {}} for name in ("page", "page_size", "format")]
        operation: dict[str, Any] = {"parameters": parameters, "responses": {"default": {"description": "Any."}}}
        if method in {"POST", "PUT", "PATCH"}:
            body = {"type": "object", "properties": {name: {} for name in VideoSerializer().fields}}
            operation["requestBody"] = {"content": {"application/json": {"schema": body}}}
        paths.setdefault(path.translate(_BRACES), {})[method.lower()] = operation
    return {"openapi": "3.0.3", "info": {"title": "Packages", "version": "1"}, "paths": paths}


of_packages = schemathesis.openapi.from_dict(described_packages())
of_packages.app = schema.app


@schema.hook
def flatmap_path_parameters(
    _context: schemathesis.HookContext, generated: dict[str, Any] | None
) -> st.SearchStrategy[Any]:
    """Name what is there, or what was made up."""
    if not generated:
        return st.just(generated)
    known = {name: USUAL_ARGUMENTS.get(name, value) for name, value in generated.items()}
    return st.sampled_from([known, known, generated])


@pytest.fixture
def content(library: ContentLibrary, staff: User, api_client: ClientFactory) -> None:
    lib = LibraryClient(library, api_client(staff))
    lib.create("problem:p1")
    lib.create("unit:u1", children=["problem:p1"])
    lib.create_collection("c1", "problem:p1")
    lib.publish_all()


many_requests = settings(
    max_examples=REQUESTS_PER_ENDPOINT,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


@schema.parametrize()
@many_requests
def test_no_request_makes_the_server_fail(case: schemathesis.Case[Any], content: None, staff: User) -> None:
    response = case.call(headers={"Authorization": f"{JWT_PREFIX} {json_web_token(staff)}"})
    assert response.status_code < 500, (case.as_curl_command(), response.text[:2000])


@pytest.fixture
def task(staff: User) -> UserTaskStatus:
    """A task of the staff, with an artifact, and a video."""
    status = UserTaskStatus.objects.create(user=staff, task_id="1", task_class="Task", name="A task", total_steps=1)
    UserTaskArtifact.objects.create(status=status, name="Log", text="Done.")
    Video.objects.create(edx_video_id=USUAL_ARGUMENTS["edx_video_id"], status="file_complete", duration=1.0)
    return status


@of_packages.parametrize()
@many_requests
def test_nor_do_endpoints_of_other_packages(case: schemathesis.Case[Any], task: UserTaskStatus, staff: User) -> None:
    User.objects.filter(pk=staff.pk).update(is_superuser=True)  # few may use these
    named = {"uuid": str(task.uuid), "edx_video_id": USUAL_ARGUMENTS["edx_video_id"]}
    for name in case.path_parameters or ():
        case.path_parameters[name] = named.get(name, case.path_parameters[name])
    response = case.call(headers={"Authorization": f"{JWT_PREFIX} {json_web_token(staff)}"})
    assert response.status_code < 500, (case.as_curl_command(), response.text[:2000])
