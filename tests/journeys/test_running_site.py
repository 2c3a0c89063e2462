"""The site as ``make run`` starts it: a web server and a Celery worker over a real broker, asked over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.running import manage, prepared_site, running_site, wait_until
from tests.sites import Environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A prepared site of its own, with the demo content."""
    return prepared_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def site(environment: Environment) -> Iterator[str]:
    """The address of the running site."""
    with running_site(environment) as address:
        yield address


@pytest.fixture(scope="module")
def get(site: str, environment: Environment) -> Callable[[str], Any]:
    """Ask the site something as its first user."""
    token = manage(environment, "create_token", "admin").strip()

    def ask(path: str) -> Any:
        with urlopen(Request(f"{site}{path}", headers={"Authorization": f"JWT {token}"})) as response:  # noqa: S310
            return json.load(response)

    return ask


def test_the_demo_library_is_listed_and_its_words_are_found(get: Callable[[str], Any]) -> None:
    page = get("/api/libraries/v2/?pagination=true")
    assert [library["id"] for library in page["results"]] == ["lib:DemoX:welcome"]
    found = get("/api/content_library/v1/search/?q=reuse")
    assert found["count"] > 10
    assert all(hit["context_key"] == "lib:DemoX:welcome" for hit in found["results"])


def test_what_a_command_imports_is_found_on_the_running_site_and_its_jobs_are_done(
    get: Callable[[str], Any], environment: Environment
) -> None:
    manage(environment, "create_library", "lib:DemoX:second", "--title", "Second")
    manage(environment, "import_course", "studio/demo/course", "lib:DemoX:second", "--level", "section", "--publish")
    assert get("/api/libraries/v2/lib:DemoX:second/")["num_blocks"] == 61
    assert get("/api/content_library/v1/search/?q=reuse&library=lib:DemoX:second")["count"] > 10
    broker = Path(environment["STUDIO_DATA_DIR"]) / "broker"
    wait_until(lambda: not list(broker.glob("*.msg")))
