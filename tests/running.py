"""A site of its own for tests that ask it over HTTP: prepared and started as ``make run`` does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from .sites import PROJECT, Environment, give_database, give_demo, site_environment

PATIENCE_SECONDS = 60


def prepared_site(folder: Path, **variables: str) -> Environment:
    """
    Prepare a site with the demo content, whose users have ``tests.sites.PASSWORD``.

    Args:
        folder: where everything of the site is kept.
        variables: further environment variables.

    Returns:
        The environment that the site's processes and commands need; ``PORT`` is a free one.
    """
    give_demo(folder)
    return _environment(folder, variables)


def migrated_site(folder: Path, **variables: str) -> Environment:
    """Prepare a site in which nothing is yet."""
    give_database(folder)
    return _environment(folder, variables)


def _environment(folder: Path, variables: Mapping[str, str]) -> Environment:
    bin_folder = Path(sys.executable).parent
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    return site_environment(folder, **{"PATH": path, "PORT": str(free_port()), "LOG_LEVEL": "WARNING", **variables})


@contextmanager
def running_site(environment: Environment) -> Iterator[str]:
    """Start a prepared site and give its address; at the end stop it as Ctrl-C does."""
    with subprocess.Popen(["honcho", "start"], cwd=PROJECT, env=environment, start_new_session=True) as processes:  # noqa: S607
        address = f"http://127.0.0.1:{environment['PORT']}"
        try:
            wait_until(lambda: answers(f"{address}/healthz"))
            yield address
        finally:
            processes.send_signal(signal.SIGINT)
            assert processes.wait(timeout=PATIENCE_SECONDS) == 130
    assert not answers(f"{address}/healthz")


def manage(environment: Environment, *arguments: str) -> str:
    """Run a management command of the site; its output."""
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
    """Whether there is a 200 at ``url``."""
    try:
        with urlopen(url) as response:  # noqa: S310 - our own server
            return bool(response.status == 200)
    except URLError:
        return False


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_there(pid: int) -> bool:
    """Whether a process runs. One that only waits for somebody to notice its end does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
