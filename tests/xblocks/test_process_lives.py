"""How the processes of blocks begin and end, in programs of several kinds: none outlives its site."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.running import answers, free_port, is_there, wait_until
from tests.sites import GREEDY_BLOCKS, PROJECT, Environment, site_environment

pytestmark = pytest.mark.slow

SHOWING = "tests.xblocks.showing"


def environment(folder: Path, **variables: str) -> Environment:
    return site_environment(folder, PYTHONPATH=f"{GREEDY_BLOCKS}{os.pathsep}{PROJECT}", **variables)


@contextmanager
def program(folder: Path, *command: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A Python program with the greedy block, for as long as the context lasts."""
    with subprocess.Popen(  # noqa: S603
        [sys.executable, *command],
        cwd=PROJECT,
        env=environment(folder, **variables),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_program_is_not_begun_again_and_a_fork_of_it_has_processes_of_its_own(tmp_path: Path) -> None:
    with program(tmp_path, "-m", SHOWING, "pid", "fork pid", "pid", "parent pid") as process:
        output, _nothing = process.communicate()
    began, first, forked, second, zygote = output.splitlines()
    assert began == "began"
    assert first == second
    assert forked not in {first, zygote}
    assert not any(is_there(int(pid)) for pid in (first, forked, zygote))


def test_the_first_block_of_a_program_is_given_as_much_time_as_others(tmp_path: Path) -> None:
    """Its class is imported before its time begins, and with problems come libraries that take long to import."""
    problem = "<problem><p>Hello</p><numericalresponse answer='1'><formulaequationinput/></numericalresponse></problem>"
    code = f"""
from {SHOWING} import show_olx
from django.conf import settings
settings.CONTENT_LIBRARIES_BLOCK_SECONDS = 1.5
print("Hello" in show_olx("problem", {problem!r}))
print("Hello" in show_olx("html", "<html>Hello</html>"))
"""
    with program(tmp_path, "-c", code) as process:
        output, _nothing = process.communicate()
    assert output.splitlines() == ["began", "True", "True"]


@pytest.mark.parametrize("action", ["spin", pytest.param("sleep", marks=pytest.mark.slow)])
def test_processes_end_with_a_site_that_is_killed(tmp_path: Path, action: str) -> None:
    with program(tmp_path, "-m", SHOWING, "pid", "parent pid", action) as process:
        assert process.stdout
        assert process.stdout.readline() == "began\n"
        pids = [int(process.stdout.readline()) for _ in range(2)]
        assert all(map(is_there, pids))
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(map(is_there, pids)))


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["prefork", "solo"])
def test_workers_of_celery_show_blocks(tmp_path: Path, pool: str) -> None:
    result = tmp_path / "result"
    options = ("worker", "--pool", pool, "--concurrency", "1")
    (tmp_path / "broker").mkdir()
    with program(tmp_path, "-m", "celery", "--app", f"{SHOWING}:worker", *options, RESULT=str(result)) as worker:
        wait_until(result.exists)
        pid = int(result.read_text())
        assert is_there(pid)
        worker.terminate()
        worker.wait()
    wait_until(lambda: not is_there(pid))


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--threads", "4"), ("--threads", "4", "--preload")], ids=" ".join)
def test_workers_of_a_web_server_show_blocks(tmp_path: Path, options: tuple[str, ...]) -> None:
    port = free_port()
    command = ("-m", "gunicorn", f"{SHOWING}:application", "--workers", "2", "--bind", f"127.0.0.1:{port}")
    pids: dict[str, str] = {}

    def ask_both() -> bool:
        with urlopen(f"http://127.0.0.1:{port}/pid") as response:
            worker, block = response.read().decode().split()
        pids[worker] = block
        return len(pids) == 2

    with program(tmp_path, *command, *options, "--no-control-socket") as server:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/language"))
        wait_until(ask_both)
        assert len(set(pids.values())) == 2
        server.terminate()
        server.wait()
    wait_until(lambda: not any(is_there(int(pid)) for pid in pids.values()))
