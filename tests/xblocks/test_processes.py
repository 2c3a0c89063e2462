"""Blocks that take too much: they are stopped, whoever asked is told why, and everything else goes on."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from content_libraries.actors import OPERATOR
from content_libraries.keys import component_key
from content_libraries.xblocks.api import BlockVersion, render_version
from content_libraries.xblocks.models import StudentState
from content_libraries.xblocks.processes import running
from tests.running import is_there, wait_until

from .client import BlockClient
from .conftest import ActingAs

pytestmark = pytest.mark.usefixtures("greedy_blocks")


@pytest.fixture
def greedy(lib: BlockClient) -> str:
    lib.add("greedy:g1", "<greedy/>")
    return "greedy:g1"


def act(lib: BlockClient, action: str, handler: str = "act") -> Any:
    """Call a handler of the greedy block."""
    return lib.http.generic("POST", lib.handler("greedy:g1", handler), action, content_type="text/plain")


def shown(lib: BlockClient, action: str) -> str:
    """What there is to see of a block that does something when it is shown."""
    lib.set_olx("greedy:g1", f'<greedy action="{action}"/>')
    content: str = lib.view("greedy:g1")["content"]
    return content


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("spin", "stopped after 0.5 seconds"),
        ("sleep", "stopped after 0.5 seconds"),
        ("hog", "more than 64 MiB of memory"),
        ("hog quietly", "more than 64 MiB of memory"),
        ("die", "stopped by an error that ended its process"),
        ("babble", "larger than 1,000,000 bytes"),
    ],
)
@pytest.mark.usefixtures("greedy")
def test_what_takes_too_much_is_stopped_in_words(lib: BlockClient, settings: Any, action: str, words: str) -> None:
    act(lib, "pid")
    settings.CONTENT_LIBRARIES_BLOCK_MEMORY_MIB = 64 if action.startswith("hog") else 512
    settings.CONTENT_LIBRARIES_BLOCK_MESSAGE_BYTES = 1_000_000
    settings.CONTENT_LIBRARIES_BLOCK_SECONDS = 0.5 if action in {"spin", "sleep"} else 20
    assert words in shown(lib, action)
    refused = act(lib, action)
    assert refused.status_code == 400
    assert words in refused.json()["detail"]
    settings.CONTENT_LIBRARIES_BLOCK_SECONDS = 20
    assert shown(lib, "language") == "<p>en</p>"
    assert "color: red" in str(lib.view("greedy:g1")["resources"])


@pytest.mark.usefixtures("greedy")
def test_a_recursion_without_end_is_a_notice(lib: BlockClient) -> None:
    assert "recursion" in shown(lib, "recurse")
    assert act(lib, "recurse").status_code == 400


@pytest.mark.usefixtures("greedy")
def test_a_process_does_one_task_after_the_other(lib: BlockClient) -> None:
    assert act(lib, "pid").content == act(lib, "pid").content
    assert act(lib, "pid").content != str(os.getpid()).encode()


@pytest.mark.usefixtures("greedy")
def test_processes_are_forked_from_one_without_threads(lib: BlockClient) -> None:
    assert act(lib, "parent's threads").content == b"1"


@pytest.mark.usefixtures("greedy")
def test_a_process_in_which_a_task_leaves_threads_does_no_other(lib: BlockClient) -> None:
    pid = act(lib, "leave a thread").content
    assert act(lib, "pid").content not in {pid, str(os.getpid()).encode()}


@pytest.mark.usefixtures("greedy")
def test_what_a_block_has_started_ends_with_it(
    lib: BlockClient, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    act(lib, "pid")
    settings.CONTENT_LIBRARIES_BLOCK_SECONDS = 1
    assert act(lib, "start another").status_code == 400
    (started,) = [record.getMessage() for record in caplog.records if record.name == "greedy_blocks"]
    wait_until(lambda: not is_there(int(started.removeprefix("started "))))


@pytest.mark.usefixtures("greedy")
def test_a_process_that_was_halted_holds_nobody_up(lib: BlockClient, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_BLOCK_SECONDS = 1
    running.stop()
    pid = int(act(lib, "pid").content)
    os.kill(pid, signal.SIGSTOP)
    refused = act(lib, "more than fits between two processes" * 100_000)
    assert "stopped after 1 seconds" in refused.json()["detail"]
    wait_until(lambda: not is_there(pid))


@pytest.mark.usefixtures("greedy")
def test_signals_that_tell_the_site_to_end_are_for_the_site(lib: BlockClient) -> None:
    pids = [act(lib, "pid").content, act(lib, "parent pid").content]
    for pid in pids:
        os.kill(int(pid), signal.SIGTERM)
        os.kill(int(pid), signal.SIGINT)
    assert [act(lib, "pid").content, act(lib, "parent pid").content] == pids


@pytest.mark.usefixtures("greedy")
def test_blocks_have_no_database(lib: BlockClient) -> None:
    assert "asked for the database “default”, and has none" in shown(lib, "count users")


@pytest.mark.usefixtures("greedy")
def test_blocks_speak_the_language_of_the_request(lib: BlockClient) -> None:
    for language in ("es", "en"):
        lib.http.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        assert shown(lib, "language") == f"<p>{language}</p>"


@pytest.mark.usefixtures("greedy")
def test_what_blocks_log_is_logged_by_the_site_up_to_a_bound(
    lib: BlockClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert act(lib, "log").content == b"logged"
    lines = [record for record in caplog.records if record.name == "greedy_blocks"]
    assert [record.getMessage() for record in lines[:2]] == ["greedy line 0", "greedy line 1"]
    assert len(lines) == 100
    assert all(record.process == os.getpid() for record in lines)


@pytest.mark.usefixtures("greedy")
def test_a_learner_keeps_what_is_not_too_long(lib: BlockClient, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_STUDENT_STATE_BYTES = 1000
    assert act(lib, "short", "keep").status_code == 200
    refused = act(lib, "long" * 300, "keep")
    assert refused.status_code == 400
    assert "longer than the 1,000 bytes" in refused.json()["detail"]
    assert act(lib, "", "keep").content == b"short"


@pytest.mark.usefixtures("greedy")
def test_what_two_requests_learn_at_the_same_time_is_kept_by_field(lib: BlockClient, author: User) -> None:
    act(lib, "mine", "keep")
    row = StudentState.objects.get(user=author)
    row.state["other"] = "theirs"
    row.save()
    act(lib, "new", "keep")
    row.refresh_from_db()
    assert row.state == {"note": "new", "other": "theirs"}


@pytest.mark.usefixtures("greedy")
def test_cookies_and_tokens_of_the_user_are_no_business_of_blocks(lib: BlockClient) -> None:
    headers = act(lib, "", "headers").content.decode()
    assert "HTTP_USER_AGENT" in headers or "CONTENT_TYPE" in headers
    assert "HTTP_AUTHORIZATION" not in headers
    assert "HTTP_COOKIE" not in headers


@pytest.mark.usefixtures("greedy")
def test_a_request_that_is_too_large_is_refused(lib: BlockClient, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_BLOCK_MESSAGE_BYTES = 1000
    assert act(lib, "x" * 1001, "keep").status_code == 413


@pytest.fixture
def _busy(settings: Any) -> Iterator[None]:
    """A site whose only process does something for somebody else, and where nobody may wait."""
    settings.CONTENT_LIBRARIES_BLOCK_PROCESSES = 1
    settings.CONTENT_LIBRARIES_BLOCK_QUEUE = 0
    settings.CONTENT_LIBRARIES_BLOCK_SECONDS = 600
    running.stop()
    version = BlockVersion(
        component_key("lb:O:L:greedy:b"), 1, None, 1, uuid4(), "B", '<greedy action="spin"/>', frozenset(), True
    )
    other = threading.Thread(target=render_version, args=[version], kwargs={"user": OPERATOR})
    other.start()
    pool = running._pool.get()
    wait_until(lambda: len(pool._processes) == 1)
    yield
    for process in pool._processes:
        os.kill(process.pid, signal.SIGKILL)
    other.join()


@pytest.mark.usefixtures("greedy", "_busy")
def test_a_busy_site_says_so_and_when_to_try_again(lib: BlockClient, caplog: pytest.LogCaptureFixture) -> None:
    api = lib.xblock_url("greedy:g1", "")
    answers = [
        act(lib, "pid"),
        lib.embed("greedy:g1"),
        *(lib.http.get(f"{api}{suffix}") for suffix in ("view/student_view/", "fields/", "?include=index_dictionary")),
        lib.post_fields("greedy:g1", metadata={"action": "log"}),
        lib.http.post("/api/contentstore/v2/validate/numerical-input/", {"formula": "1"}, format="json"),
    ]
    for answer in answers:
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "Try again in a few seconds" in answer.content.decode()
    assert answers[1]["Refresh"] == "5"
    lines = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.levelname for record in lines if "/" in record.getMessage()] == ["WARNING"] * len(answers)
    assert lib.read("greedy:g1", "olx/")["olx"] == "<greedy/>"


@pytest.mark.usefixtures("greedy")
def test_a_zygote_that_was_killed_is_replaced(lib: BlockClient) -> None:
    zygote = int(act(lib, "parent pid").content)
    assert zygote != os.getpid()
    os.kill(zygote, signal.SIGKILL)
    assert act(lib, "die").status_code == 400
    assert int(act(lib, "parent pid").content) not in {zygote, os.getpid()}


def test_only_the_user_s_own_answers_are_shown(
    lib: BlockClient, acting_as: ActingAs, reader: User, greedy: str
) -> None:
    act(lib, "secret", "keep")
    assert act(acting_as(reader), "", "keep").content == b""
