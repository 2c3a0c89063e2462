"""The site as ``make run`` starts it: a web server and a Celery worker over a real broker, asked over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A prepared site of its own, with the demo content."""
    bin_folder = Path(sys.executable).parent
    variables = {
        **os.environ,
        "STUDIO_DATA_DIR": str(tmp_path_factory.mktemp("site")),
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(free_port()),
        "C_FORCE_ROOT": "true",
    }
    for name in ("DATABASE_URL", "CELERY_TASK_ALWAYS_EAGER", "CELERY_BROKER_URL"):
        variables.pop(name, None)
    manage(variables, "prepare_studio")
    return variables


@pytest.fixture(scope="module")
def site(environment: Mapping[str, str]) -> Iterator[str]:
    """The address of the running site. At the end it is stopped as by Ctrl-C."""
    with subprocess.Popen(["honcho", "start"], cwd=PROJECT, env=environment, start_new_session=True) as processes:  # noqa: S607
        address = f"http://127.0.0.1:{environment['PORT']}"
        try:
            wait_until(lambda: answers(f"{address}/admin/login/"))
            yield address
        finally:
            processes.send_signal(signal.SIGINT)
            assert processes.wait(timeout=PATIENCE_SECONDS) == 130
    assert not answers(f"{address}/admin/login/")


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    finished = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return finished.stdout


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look again and again, for as long as a slow machine may need."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urlopen(url) as response:  # noqa: S310 - our own server
            return bool(response.status == 200)
    except URLError:
        return False


@pytest.fixture
def get(site: str, environment: Mapping[str, str]) -> Callable[[str], Any]:
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
    get: Callable[[str], Any], environment: Mapping[str, str]
) -> None:
    manage(environment, "create_library", "lib:DemoX:second", "--title", "Second")
    manage(environment, "import_course", "studio/demo/course", "lib:DemoX:second", "--level", "section", "--publish")
    assert get("/api/libraries/v2/lib:DemoX:second/")["num_blocks"] == 61
    assert get("/api/content_library/v1/search/?q=reuse&library=lib:DemoX:second")["count"] > 10
    broker = Path(environment["STUDIO_DATA_DIR"]) / "broker"
    wait_until(lambda: not list(broker.glob("*.msg")))
