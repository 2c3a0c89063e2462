"""What all REST packages share: how errors look, dates, bodies, and the OpenAPI schema."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from content_libraries import errors
from content_libraries.rest.bodies import request_body
from content_libraries.rest.dates import SecondsDateTimeField, utc_seconds
from content_libraries.rest.views import LibraryAPIView


class Echo(LibraryAPIView):
    permission_classes = (AllowAny,)
    parser_classes = (JSONParser, FormParser, MultiPartParser)  # those of a host that has set none

    def post(self, request: Request) -> Response:
        return Response(request_body(request))


def test_what_django_finds_suspicious_is_refused_and_logged_where_django_logs_it(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
    request = APIRequestFactory().post("/", "a=1&b=2", content_type="application/x-www-form-urlencoded")
    response = Echo.as_view()(request)
    assert response.status_code == 400
    (record,) = (record for record in caplog.records if record.name == "django.security.TooManyFieldsSent")
    assert (record.levelname, record.exc_info is None) == ("ERROR", False)


class Failing(LibraryAPIView):
    permission_classes = (AllowAny,)
    error: errors.ContentLibrariesError | None = None

    def get(self, request: Request) -> Response:
        assert self.error is not None
        raise self.error


def answer_to(error: errors.ContentLibrariesError, user: Any = None) -> Response:
    request = APIRequestFactory().get("/")
    if user is not None:
        force_authenticate(request, user)
    response = Failing.as_view(error=error)(request)
    response.render()
    return response


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (errors.NotFoundError("No such thing."), 404, {"detail": "Not found."}),
        (errors.MalformedKeyError("No key."), 404, {"detail": "Not found."}),
        (errors.InvalidInputError("Wrong."), 400, ["Wrong."]),
        (errors.InvalidInputError("Wrong.", field="slug"), 400, {"slug": "Wrong."}),
        (errors.InvalidInputError("Wrong.", field="slug", as_list=True), 400, {"slug": ["Wrong."]}),
        (errors.ConflictError("Somebody was faster."), 400, ["Somebody was faster."]),
        (errors.ContentLibrariesError("Anything else."), 400, ["Anything else."]),
        (errors.NotAllowedError("No."), 401, {"detail": "Authentication credentials were not provided."}),
    ],
)
def test_errors_have_the_shape_that_clients_know(
    error: errors.ContentLibrariesError, status: int, body: object
) -> None:
    response = answer_to(error)

    assert (response.status_code, response.data) == (status, body)
    assert response.has_header("WWW-Authenticate") == (status == 401)


def test_a_missing_permission_of_somebody_is_forbidden(django_user_model: Any) -> None:
    response = answer_to(errors.NotAllowedError("No."), django_user_model(username="somebody"))

    assert (response.status_code, response.data) == (
        403,
        {"detail": "You do not have permission to perform this action."},
    )


def test_nobody_who_is_authenticated_as_nobody_is_told_to_log_in() -> None:
    assert answer_to(errors.NotAllowedError("No."), AnonymousUser()).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 10_000 + b"]" * 10_000, 400),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
        (b'{"title": "\\ud800"}', 400),
        (b'{"\\udfff": 1}', 400),
        (b'["\xed\xa0\x80"]', 400),
        (b'"' + b"a" * 21_000_000 + b'"', 413),
        (b'{"title": "\\ud83d\\ude00 \\\\ud800"}', 200),
    ],
    ids=["deep lists", "deep objects", "half a pair", "half a pair in a name", "half a pair in UTF-8", "long", "text"],
)
def test_a_body_that_cannot_be_read_is_refused_in_the_shape_of_other_errors(body: bytes, status: int) -> None:
    response = Echo.as_view()(APIRequestFactory().post("/", body, content_type="application/json"))
    response.render()

    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    assert response.data.keys() == ({"title"} if status == 200 else {"detail"})


def test_a_form_with_too_many_fields_is_refused_in_the_shape_of_other_errors() -> None:
    form = "&".join(f"a{number}=1" for number in range(2_000))
    request = APIRequestFactory().post("/", form, content_type="application/x-www-form-urlencoded")
    response = Echo.as_view()(request)
    response.render()

    assert (response.status_code, response["Content-Type"]) == (400, "application/json")


def test_dates_lose_their_fraction_and_their_zone() -> None:
    moment = datetime(2026, 1, 2, 1, 30, 15, 999_999, tzinfo=timezone(timedelta(hours=3)))

    assert utc_seconds(moment) == "2026-01-01T22:30:15Z"
    assert SecondsDateTimeField().to_representation(moment) == "2026-01-01T22:30:15Z"
    assert utc_seconds(moment.astimezone(UTC)) == "2026-01-01T22:30:15Z"
    assert utc_seconds(None) is None


def test_a_form_reads_like_json() -> None:
    factory = APIRequestFactory()
    body: dict[str, Any] = {"title": "", "name": "n"}

    for body_format in ("json", "multipart"):
        request = Failing().initialize_request(factory.post("/", body, format=body_format))
        assert request_body(request) == body


def test_the_schema_of_libraries_and_teams_is_complete(capsys: pytest.CaptureFixture[str]) -> None:
    urls = [path("api/libraries/v2/", include("content_libraries.libraries.rest.urls"))]

    schema = SchemaGenerator(patterns=urls).get_schema(public=True)

    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    # How one authenticates is the host's to describe.
    assert [line for line in capsys.readouterr().err.splitlines() if "authenticator" not in line] == []
    assert len({operation["operationId"] for operation in operations}) == len(operations) == 12
    assert all(operation["summary"] and operation["tags"] for operation in operations)
    assert {"Library", "LibraryPage", "LibraryCreate", "TeamMember"} <= set(schema["components"]["schemas"])
