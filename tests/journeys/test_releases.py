"""
Four users release a unit of a library over HTTP, on a site as ``make run`` starts it.

A contributor edits and requests, an author comments and approves, an administrator schedules, a reader looks on, and a
real worker publishes at the time that beat finds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.running import manage, prepared_site, running_site, wait_until
from tests.sites import Environment

pytestmark = pytest.mark.slow

LIBRARY: Final = "lib:DemoX:welcome"
UNIT: Final = "lct:DemoX:welcome:unit:acids"
RELEASES: Final = "/api/content_library/v1/releases/"
USERS: Final = ("contributor", "author", "library_admin", "user")


class Person:
    """A user of the running site."""

    def __init__(self, site: str, token: str) -> None:
        self.site = site
        self.token = token

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request. Returns the status and the body of the answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"JWT {self.token}", "Content-Type": "application/json"}
        try:
            with urlopen(Request(f"{self.site}{path}", data, headers, method=method)) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except HTTPError as refusal:
            return refusal.code, json.loads(refusal.read() or b"null")

    def get(self, path: str) -> Any:
        status, found = self.ask("GET", path)
        assert status == 200, found
        return found

    def do(self, path: str, **body: Any) -> Any:
        status, found = self.ask("POST", path, body)
        assert status in {200, 201}, found
        return found


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    variables = {"DJANGO_SETTINGS_MODULE": "tests.journeys.releasing_settings"}
    return prepared_site(tmp_path_factory.mktemp("site"), **variables)


@pytest.fixture(scope="module")
def people(environment: Environment) -> Iterator[dict[str, Person]]:
    """Users of the demo, with different roles in the library."""
    tokens = {name: manage(environment, "create_token", name).strip() for name in USERS}
    with running_site(environment) as address:
        yield {name: Person(address, token) for name, token in tokens.items()}


def test_a_unit_is_edited_requested_approved_and_published_at_its_time(people: dict[str, Person]) -> None:
    contributor, author, admin, reader = (people[name] for name in USERS)
    body = {"block_type": "problem", "definition_id": "acids"}
    problem = contributor.do(f"/api/libraries/v2/{LIBRARY}/blocks/", **body)["id"]
    body = {"container_type": "unit", "slug": "acids", "display_name": "Acids"}
    assert contributor.do(f"/api/libraries/v2/{LIBRARY}/containers/", **body)["id"] == UNIT
    contributor.do(f"/api/libraries/v2/containers/{UNIT}/children/", usage_keys=[problem])
    assert contributor.ask("POST", f"/api/libraries/v2/containers/{UNIT}/publish/")[0] == 403

    made = contributor.do(RELEASES, library_key=LIBRARY, title="Week one", item_keys=[UNIT])
    url = f"{RELEASES}{made['uuid']}/"
    contributor.do(f"{url}requests/", reason="It is done.")
    assert contributor.ask("POST", f"{url}publications/", {})[0] == 403
    assert reader.ask("POST", f"{url}comments/", {"text": "Hm"})[0] == 403
    preview = author.get(f"{url}preview/")
    assert {item["item_key"] for item in preview["items"]} == {UNIT, problem}
    assert [other["username"] for other in preview["others"]] == ["contributor"]
    author.do(f"{url}comments/", text="Nice.")
    assert author.do(f"{url}approvals/", fingerprint=preview["fingerprint"])["state"] == "approved"
    soon = datetime.now(UTC) + timedelta(seconds=3)
    assert admin.do(f"{url}schedules/", publish_at=soon.isoformat())["state"] == "scheduled"

    wait_until(lambda: reader.get(url)["state"] != "scheduled")
    found = reader.get(url)
    assert found["state"] == "published"
    assert reader.get(f"/api/libraries/v2/containers/{UNIT}/")["last_published"] is not None
    change_set = reader.get(f"/api/content_library/v1/change_sets/{found['change_set_uuid']}/")
    assert (change_set["kind"], change_set["user"], change_set["changes"]) == ("publish", "author", 2)
    told = [(event["kind"], event["user"]) for event in reader.get(f"{url}events/")["results"]]
    assert told == [
        ("created", "contributor"),
        ("requested", "contributor"),
        ("commented", "author"),
        ("approved", "author"),
        ("scheduled", "library_admin"),
        ("published", "author"),
    ]

    assert contributor.ask("POST", f"{url}reverts/", {})[0] == 403
    assert author.do(f"{url}reverts/")["state"] == "reverted"
    assert reader.get(f"/api/libraries/v2/containers/{UNIT}/")["published_display_name"] is None
    assert reader.get(f"{url}events/")["results"][-1]["kind"] == "reverted"
