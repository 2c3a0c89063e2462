"""
Clients that send a request byte by byte, or half of it, or do not read what they asked for: a few of them once stopped
all threads of a site.
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Final
from urllib.request import urlopen

import pytest

from studio import arrivals
from studio.arrivals import Arrival
from studio.departures import ANSWER_RATE, ANSWER_SECONDS, Departure
from studio.spare_space import SPARE_BYTES
from tests.attacks.echo import LARGE
from tests.running import answers, free_port, migrated_site, running_site, wait_until
from tests.sites import PROJECT

THREADS: Final = 8
SLOW: Final = 40
"""Clients of an attack, many more than threads."""

HEAD: Final = b"POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"


# What has arrived


def arrived(*parts: bytes) -> Arrival:
    arrival = Arrival()
    for part in parts:
        assert arrival.take(part) is None
    return arrival


@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_a_request_is_whole_with_its_last_byte(size: int) -> None:
    request = HEAD + b"x" * 100
    parts = [request[start : start + size] for start in range(0, len(request), size)]
    assert not arrived(*parts[:-1]).is_whole
    arrival = arrived(*parts)
    assert arrival.is_whole
    assert (bytes(arrival.head), arrival.next) == (HEAD, b"")
    assert arrival.body is not None
    arrival.body.seek(0)
    assert arrival.body.read() == b"x" * 100


def test_what_comes_behind_a_request_belongs_to_the_next_one() -> None:
    assert arrived(b"GET / HTTP/1.1\r\n\r\nGET /next").next == b"GET /next"
    assert arrived(HEAD + b"x" * 60, b"x" * 40 + b"GET /next").next == b"GET /next"


def test_a_client_that_waits_for_a_word_gets_it_once() -> None:
    arrival = arrived(HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
    assert arrival.wants_to_be_told_to_go_on()
    assert not arrival.wants_to_be_told_to_go_on()
    assert bytes(arrival.head) == HEAD


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"x" * arrivals.HEAD_BYTES, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", HTTPStatus.LENGTH_REQUIRED),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"POST / HTTP/1.1\r\nContent-Length: 0000000000000086\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"POST / HTTP/1.1\r\nContent-Length: +86\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n", HTTPStatus.BAD_REQUEST),
    ],
    ids=["head", "chunks", "body", "many-digits", "no-number", "two-lengths"],
)
def test_what_nobody_can_wait_for_is_refused_at_once(request_: bytes, status: HTTPStatus) -> None:
    assert Arrival().take(request_) == status


def test_who_sends_too_slowly_is_found_out() -> None:
    now = Arrival().started
    assert not Arrival(started=now).is_too_slow
    assert Arrival(started=now - arrivals.HEAD_SECONDS - 1).is_too_slow
    for seconds, size, is_too_slow in (
        (arrivals.HEAD_SECONDS + 1, 0, False),
        (arrivals.BODY_SECONDS + 2, 100, True),
        (arrivals.BODY_SECONDS + 2, 4 * arrivals.BODY_RATE, False),
    ):
        body = Arrival(started=now - seconds)
        body.take(HEAD.replace(b"100", b"900000") + b"x" * size)
        assert body.is_too_slow == is_too_slow


def test_bodies_of_anybody_do_not_take_the_last_space(monkeypatch: pytest.MonkeyPatch) -> None:
    head = HEAD.replace(b"100", b"900000")
    assert arrived(head, b"x" * 800_000).received == 800_000
    nearly_full = SimpleNamespace(total=100 * SPARE_BYTES, free=SPARE_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: nearly_full)
    with pytest.raises(OSError, match="No space left"):
        arrived(head, b"x" * 800_000)
    assert arrived(HEAD, b"x" * 100).is_whole  # in memory


# What departs


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection: the server's, and the client's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield ours, theirs


def test_an_answer_goes_on_where_it_stopped(pair: tuple[socket.socket, socket.socket], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"ab" + LARGE)
    departure = Departure(pair[0])
    departure.sendall(LARGE)
    departure.sendall(b"between")
    with (tmp_path / "file").open("rb") as file:
        departure.sendfile(file, offset=2, count=len(LARGE))
    departure.sendall(b"end")
    received = bytearray()
    while not departure.is_over:
        received += pair[1].recv(1_000_000)
        departure.go_on()
    pair[0].shutdown(socket.SHUT_WR)
    while data := pair[1].recv(1_000_000):
        received += data
    assert received == LARGE + b"between" + LARGE + b"end"


def test_who_reads_too_slowly_is_found_out(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    departure = Departure(pair[0])
    departure.sendall(LARGE)
    assert not departure.is_too_slow
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + ANSWER_SECONDS + 2)
    assert not departure.is_too_slow
    monkeypatch.setattr(time, "monotonic", lambda: now + ANSWER_SECONDS + 2 + len(LARGE) / ANSWER_RATE)
    assert departure.is_too_slow


# A server


@pytest.fixture(scope="module")
def go_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "go-on"


@pytest.fixture(scope="module")
def port(go_on: Path) -> Iterator[int]:
    """The port of a server with the settings of the host, which serves ``tests.attacks.echo``."""
    port = free_port()
    command = ["-m", "gunicorn", "--config", "python:studio.gunicorn", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(  # noqa: S603
        [sys.executable, *command, "tests.attacks.echo:application"],
        cwd=PROJECT,
        env={**os.environ, "GO_ON": str(go_on)},
    ) as server:
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"))
            yield port
        finally:
            go_on.touch()
            server.terminate()
    assert server.returncode == 0


def sent(port: int, data: bytes) -> socket.socket:
    """A connection over which something was sent."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(data)
    return connection


def answer(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    with closing(connection):
        return b"".join(iter(lambda: connection.recv(4096), b""))


def read(port: int, path: str, data: bytes | None = None) -> str:
    with urlopen(f"http://127.0.0.1:{port}{path}", data, timeout=30) as response:
        text: bytes = response.read()
    return text.decode()


@pytest.mark.parametrize(
    "half", [b"", b"GET / HTTP/1.1\r\nX", HEAD, HEAD + b"x" * 99], ids=["nothing", "head", "no-body", "half-a-body"]
)
def test_slow_clients_keep_no_thread(port: int, half: bytes) -> None:
    with ExitStack() as slow:
        for _number in range(SLOW):
            slow.enter_context(closing(sent(port, half)))
        assert read(port, "/other") == "GET /other 0"
        assert read(port, "/other", b"y" * 1_000_000) == "POST /other 1000000"


@pytest.mark.parametrize("path", ["/large", "/file"])
def test_clients_that_do_not_read_keep_no_thread(port: int, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode()
    connections = [sent(port, request) for _number in range(2 * THREADS)]
    assert read(port, "/other") == "GET /other 0"
    assert read(port, "/other", b"y" * 1_000_000) == "POST /other 1000000"
    assert answer(connections[0]).endswith(b"\r\n\r\n" + LARGE)
    for connection in connections[1:]:
        connection.close()
    assert read(port, "/other") == "GET /other 0"


def test_who_asks_for_the_health_and_does_not_read_it_keeps_it_from_nobody(port: int) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)  # before it connects: its window never grows
        connection.settimeout(2)
        connection.connect(("127.0.0.1", port))
        with suppress(TimeoutError):  # the server takes no more, because nobody reads its answers
            for _number in range(10_000):
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        assert read(port, "/healthz") == "GET /healthz 0"


def test_the_slow_ones_are_answered_once_they_are_done(port: int) -> None:
    connections = [sent(port, HEAD + b"x") for _number in range(SLOW)]
    for connection in connections:
        connection.sendall(b"x" * 99)
        connection.shutdown(socket.SHUT_WR)
        assert answer(connection).endswith(b"POST /slow 100")


def test_several_requests_come_over_one_connection(port: int) -> None:
    one = b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n"
    connection = sent(port, one % 1 + one % 2 + HEAD + b"x" * 100 + b"GET /last HTTP/1.1\r\nConnection: close\r\n\r\n")
    text = answer(connection)
    places = [text.index(part) for part in (b"GET /1 0", b"GET /2 0", b"POST /slow 100", b"GET /last 0")]
    assert places == sorted(places)


def test_a_client_is_told_to_send_its_body(port: int) -> None:
    connection = sent(port, HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"))
    assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
    connection.sendall(b"x" * 100)
    text = answer(connection)
    assert text.startswith(b"HTTP/1.1 200 ")
    assert text.endswith(b"POST /slow 100")


def test_nonsense_is_refused(port: int) -> None:
    assert answer(sent(port, b"NONSENSE\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
    two = HEAD.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n")
    assert answer(sent(port, two)).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("length", ["%020d", "+%d", "%d, 0", "%d\r\nContent-Length: 0", "0%021d", "\x0b%d"])
def test_no_request_hides_in_the_body_of_another(port: int, length: str) -> None:
    """A proxy that reads the length passes both on as one, so the answer to the second one goes to somebody else."""
    hidden = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    head = f"POST /outer HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length % len(hidden)}\r\n\r\n"
    text = answer(sent(port, head.encode() + hidden))
    assert text.startswith(b"HTTP/1.1 400 ")
    assert b"hidden" not in text


def test_no_header_says_where_the_site_begins(port: int) -> None:
    for name in ("SCRIPT_NAME", "PATH_INFO", "X_Script_Name"):
        text = answer(sent(port, f"GET /site/page HTTP/1.1\r\n{name}: /site\r\nConnection: close\r\n\r\n".encode()))
        assert text.endswith(b"GET /site/page 0"), name


def test_health_has_a_thread_of_its_own(port: int, go_on: Path) -> None:
    busy = [sent(port, b"GET /busy HTTP/1.1\r\nConnection: close\r\n\r\n") for _number in range(3 * THREADS)]
    assert read(port, "/healthz") == "GET /healthz 0"
    go_on.touch()
    assert all(answer(connection).endswith(b"GET /busy 0") for connection in busy)


# The proxy of compose.yaml


@pytest.fixture
def proxy(port: int, tmp_path: Path) -> Iterator[int]:
    """The port of an nginx with the configuration of the project, in front of the server."""
    nginx, openssl = shutil.which("nginx"), shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("nginx or openssl is not installed")
    certificate = ["-keyout", "privkey.pem", "-out", "fullchain.pem", "-days", "2", "-subj", "/CN=localhost"]
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *certificate]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603
    plain, secure = free_port(), free_port()
    text = (PROJECT / "deploy" / "nginx.conf").read_text()
    for there, here in {
        "listen 80 ": f"listen 127.0.0.1:{plain} ",
        "listen 443 ": f"listen 127.0.0.1:{secure} ",
        "/etc/nginx/tls": str(tmp_path),
        "web:8000": f"127.0.0.1:{port}",
        "meilisearch:7700": f"127.0.0.1:{port}",
    }.items():
        assert there in text
        text = text.replace(there, here)
    (tmp_path / "site.conf").write_text(text)
    around = f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/errors; events {{}}"
    (tmp_path / "nginx.conf").write_text(f"{around} http {{ access_log off; include {tmp_path}/site.conf; }}")
    with subprocess.Popen([nginx, "-c", str(tmp_path / "nginx.conf")]) as server:  # noqa: S603
        try:
            wait_until(lambda: over_tls(secure, b"GET /up HTTP/1.0\r\nHost: a\r\n\r\n").endswith(b"GET /up 0"))
            yield secure
        finally:
            server.terminate()


def tls(port: int, data: bytes) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it was made a moment ago
    connection = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=30))
    connection.sendall(data)
    return connection


def over_tls(port: int, data: bytes) -> bytes:
    try:
        return answer(tls(port, data))
    except ConnectionError:
        return b""


@pytest.mark.services
def test_the_proxy_takes_requests_whole(proxy: int) -> None:
    with ExitStack() as slow:
        for _number in range(SLOW):
            slow.enter_context(closing(tls(proxy, HEAD + b"x")))
        whole = HEAD.replace(b"localhost", b"search.example.com").replace(b"1.1\r\n", b"1.1\r\nConnection: close\r\n")
        assert over_tls(proxy, whole + b"x" * 100).endswith(b"POST /slow 100")


@pytest.mark.services
def test_the_proxy_bounds_bodies_and_lets_archives_through(proxy: int) -> None:
    head = b"POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    large = 70 * 1024**2
    assert b" 413 " in over_tls(proxy, head % (b"/x", large)).splitlines()[0]
    archive = head % (b"/api/libraries/v2/restore/", large) + bytes(large)
    assert over_tls(proxy, archive).endswith(f"POST /api/libraries/v2/restore/ {large}".encode())


# The host itself


@pytest.mark.slow
def test_a_site_under_attack_serves_others(tmp_path: Path) -> None:
    environment = migrated_site(tmp_path)
    port = int(environment["PORT"])
    with running_site(environment) as address, ExitStack() as slow:
        for half in (b"", b"GET / HTTP/1.1\r\nX", HEAD + b"x"):
            for _number in range(SLOW):
                slow.enter_context(closing(sent(port, half)))
        assert answers(f"{address}/healthz")
        assert answers(f"{address}/")
