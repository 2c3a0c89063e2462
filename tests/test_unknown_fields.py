"""Fields that nobody reads: refused below our own prefix, and where they would be promises (wire: unknown-fields)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from content_libraries.rest.bodies import MAX_NAMED
from tests.conftest import ClientFactory
from tests.content.client import LibraryClient
from tests.content.conftest import acting_as, lib  # noqa: F401 - fixtures
from tests.world import world_with_arguments  # noqa: F401 - the fixture “arguments”

from .endpoints import EXAMPLES, OWN, USUAL_ARGUMENTS, Endpoint, Example, endpoints, filled

OURS = sorted(endpoint for endpoint in endpoints() if endpoint[1].startswith(OWN) and endpoint[0] != "GET")


def answer_with(client: Any, endpoint: Endpoint, arguments: dict[str, str], **fields: Any) -> Any:
    """Send the example of an endpoint with more fields in its body."""
    method, path = endpoint
    example = EXAMPLES.get(endpoint, Example())
    values = USUAL_ARGUMENTS | arguments
    own = {name: filled(value, values) for name, value in (example.arguments or {}).items()}
    body = filled(example.body or {}, values) | fields
    format_ = "multipart" if example.multipart else "json"
    return getattr(client, method.lower())(filled(path, values | own), body, format=format_)


def test_every_endpoint_of_ours_names_a_field_that_it_does_not_know(
    api_client: ClientFactory, staff: User, arguments: dict[str, str]
) -> None:
    client = api_client(staff)
    assert len(OURS) > 10
    answers = {endpoint: answer_with(client, endpoint, arguments, surprise="1") for endpoint in OURS}
    wrong = {
        endpoint: (answer.status_code, answer.content[:200])
        for endpoint, answer in answers.items()
        if answer.status_code != 400 or "surprise" not in answer.json().get("developer_message", answer.json())
    }
    assert wrong == {}


def test_an_error_names_no_more_fields_than_somebody_reads(api_client: ClientFactory, staff: User) -> None:
    fields = {f"f{number}": 1 for number in range(1000)}
    answer = api_client(staff).post(f"{OWN}imports/", fields, format="json")
    assert (answer.status_code, len(answer.json())) == (400, MAX_NAMED)


class TestContract:
    """Existing clients may send more than is read, but for promises."""

    @pytest.fixture
    def item(self, lib: LibraryClient) -> LibraryClient:  # noqa: F811 - the fixture
        lib.create("html:h1")
        lib.create("unit:u1", children=["html:h1"])
        lib.create_collection("c1", "html:h1")
        return lib

    def test_more_than_is_read_may_be_sent(self, item: LibraryClient) -> None:
        body = {"display_name": "New", "surprise": 1}
        assert item.ok(item.http.patch(item.url("unit:u1"), body, format="json"))["display_name"] == "New"

    def test_a_license_of_a_new_container_is_refused(self, item: LibraryClient) -> None:
        body = {"container_type": "unit", "slug": "new", "display_name": "New", "license": "all-rights-reserved"}
        answer = item.http.post(item.library_url("containers/"), body, format="json")
        assert (answer.status_code, list(answer.json())) == (400, ["license"])
        assert item.status_of("unit:new") == 404

    @pytest.mark.parametrize("name", ["html:h1", "unit:u1"])
    def test_options_of_a_restore_are_refused(self, item: LibraryClient, name: str) -> None:
        item.delete(name)
        for option in ("mode", "version"):
            answer = item.http.post(item.url(name, "restore/"), {option: "all"}, format="json")
            assert (answer.status_code, list(answer.json())) == (400, [option])
            assert item.status_of(name) == 404
        assert item.http.post(item.url(name, "restore/"), {}, format="json").status_code == 204

    def test_options_of_the_restore_of_a_collection_are_refused(self, item: LibraryClient) -> None:
        item.delete_collection("c1")
        answer = item.http.post(item.collection_url("c1", "restore/"), {"mode": "all"}, format="json")
        assert (answer.status_code, list(answer.json())) == (400, ["mode"])

    def test_options_of_the_restore_of_an_archive_are_refused(self, api_client: ClientFactory, staff: User) -> None:
        file = SimpleUploadedFile("library.zip", b"PK", content_type="application/zip")
        answer = api_client(staff).post("/api/libraries/v2/restore/", {"file": file, "mode": "add"}, format="multipart")
        assert (answer.status_code, list(answer.json())) == (400, ["mode"])

    def test_permissions_come_first(self, item: LibraryClient, api_client: ClientFactory, reader: User) -> None:
        client, names = api_client(reader), ("html:h1", "unit:u1")
        answers = {name: client.post(item.url(name, "restore/"), {"mode": "all"}, format="json") for name in names}
        assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(names, 403)
