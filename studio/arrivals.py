"""
A worker of gunicorn that gives requests to threads only when they have arrived completely.

By itself gunicorn gives a connection to a thread at its first byte, and the thread waits for the rest: eight slow
clients stop eight threads, and so the site. Here the loop that waits for connections collects heads and bodies, without
a thread; long bodies go to a temporary file. A client that sends too slowly is cut off. ``/healthz`` has a thread of
its own, so that monitoring gets a response while all other threads work.

Responses leave in the same way (``studio.departures``): a thread does not wait until a client has read them.

A proxy in front does this better, and with TLS (docs/operations.rst). This module is for sites without a proxy, and
also works behind one.
"""

from __future__ import annotations

import re
import socket
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ, EVENT_WRITE
from typing import IO, Final

from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

from .departures import Departure
from .spare_space import refuse_the_last_space

HEAD_BYTES: Final = 128 * 1024
"""Largest head of a request. Pages of frontends ask for hundreds of courses in a URL of 40 KB."""

HEAD_SECONDS: Final = 10
BODY_BYTES: Final = 5 * 1024**3
"""Largest body of a request. An archive of a course or library comes in one request."""

BODY_SECONDS: Final = 30
"""How long a body may take, however slow it is."""

BODY_RATE: Final = 16 * 1024
"""Bytes a second that have to arrive of a body that takes longer."""

MOST_WAITING: Final = 500
"""Maximal number of connections whose requests have not arrived. The oldest one is closed when another comes."""

MOST_LEAVING: Final = 400
"""Maximal number of connections that have not read their responses. The oldest one is closed when another comes."""

_IN_MEMORY: Final = 64 * 1024
_READ_BYTES: Final = 64 * 1024
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*(?=\r\n)", re.IGNORECASE)
_ANY_LENGTH: Final = re.compile(rb"\r\ncontent-length:", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECT: Final = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
_HEALTH: Final = re.compile(rb"(?:GET|HEAD) /healthz[? ]")
_END: Final = b"\r\n\r\n"


@dataclass
class Arrival:
    """
    The part of the next request of a connection that has arrived.

    Args:
        started: when its connection was opened, or its first byte arrived if the connection had requests before.
        head: the head up to and including the blank line, once it is complete.
        body: the part of the body that has arrived.
        missing: number of bytes of the body that have not arrived; None while the head is incomplete.
        next: bytes of the request after this one.
    """

    started: float = field(default_factory=time.monotonic)
    head: bytearray = field(default_factory=bytearray)
    body: IO[bytes] | None = None
    received: int = 0
    missing: int | None = None
    next: bytes = b""

    @property
    def is_whole(self) -> bool:
        return self.missing == 0

    @property
    def is_too_slow(self) -> bool:
        seconds = time.monotonic() - self.started
        if self.missing is None:
            return seconds > HEAD_SECONDS
        return seconds > BODY_SECONDS and self.received < (seconds - BODY_SECONDS) * BODY_RATE

    def take(self, data: bytes) -> HTTPStatus | None:
        """Add bytes that have arrived. Returns a status if the request is refused already."""
        if self.missing is None:
            looked_at = max(0, len(self.head) - len(_END))
            self.head += data
            end = self.head.find(_END, looked_at)
            if end < 0:
                return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if len(self.head) > HEAD_BYTES else None
            data = bytes(self.head[end + len(_END) :])
            del self.head[end + len(_END) :]
            if _CHUNKED.search(self.head):  # Django does not read chunked bodies, and their end is unknown
                return HTTPStatus.LENGTH_REQUIRED
            lengths = _LENGTH.findall(self.head)
            if len(lengths) != len(_ANY_LENGTH.findall(self.head)) or len(lengths) > 1:
                # gunicorn, or a proxy, may read another number, and take the body for the request of another client
                return HTTPStatus.BAD_REQUEST
            self.missing = int(lengths[0]) if lengths else 0
            if self.missing > BODY_BYTES:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            if self.missing:
                self.body = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by ``close``
        self.next = data[self.missing :]
        if self.body is not None:
            if self.received + len(data) > _IN_MEMORY:
                refuse_the_last_space()
            self.body.write(data[: self.missing])
        self.received += len(data)
        self.missing -= len(data) - len(self.next)
        return None

    def wants_to_be_told_to_go_on(self) -> bool:
        """
        Return whether the client waits for "100 Continue" before it sends the body.

        It is True only once. The header is removed, so that gunicorn does not respond to it, too.
        """
        if not self.missing or self.received or not _EXPECT.search(self.head):
            return False
        self.head[:] = _EXPECT.sub(b"", self.head)
        return True

    def close(self) -> None:
        if self.body is not None:
            self.body.close()


class ArrivedUnreader(SocketUnreader):
    """Gives gunicorn's parser the bytes that have arrived, and then the end of the stream."""

    def __init__(self, connection: TConn) -> None:
        super().__init__(connection.sock)
        self.arrival = Arrival()
        self.departure = Departure(connection.sock)

    def begin(self, arrival: Arrival) -> None:
        """Continue with the next request of the connection."""
        self.arrival.close()
        self.arrival = arrival
        if arrival.body is not None:
            arrival.body.seek(0)
        self.unread(bytes(arrival.head))

    def chunk(self) -> bytes:
        return self.arrival.body.read(self.mxchunk) if self.arrival.body is not None else b""


class ArrivedWorker(ThreadWorker):
    """A worker whose threads never wait for a request. Its settings are in ``studio.gunicorn``."""

    def init_process(self) -> None:
        self.waiting: dict[TConn, Arrival] = {}  # the oldest first
        self.leaving: dict[TConn, tuple[Departure, Future[object]]] = {}  # the oldest first
        self.health_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health")
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except OSError:  # another worker was faster, or the client is gone
            return
        self.nr_conns += 1
        self._wait_for(TConn(self.cfg, client, address, listener.getsockname()), Arrival())

    def on_client_socket_readable(self, connection: TConn, client: socket.socket) -> None:
        """Begin another request of a connection that was kept open."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(connection)
        arrival = Arrival()
        self._wait_for(connection, arrival)
        self._receive(connection, client)

    def murder_pending(self) -> None:
        """
        Close connections that send or read too slowly.

        gunicorn calls this method once a second; it has nothing pending itself.
        """
        for connection in [each for each, arrival in self.waiting.items() if arrival.is_too_slow]:
            self._refuse(connection, HTTPStatus.REQUEST_TIMEOUT)
        for connection in [each for each, (departure, _) in self.leaving.items() if departure.is_too_slow]:
            self._break_off(connection)

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:  # browsers open connections in advance; do not wait for them to end
            for connection in [each for each, arrival in self.waiting.items() if not arrival.head]:
                self._forget(connection)

    def handle(self, connection: TConn) -> object:
        """Make a response in a thread, and send at once as much of it as the client takes."""
        client = connection.sock
        client.setblocking(False)
        connection.sock = connection.parser.unreader.departure = Departure(client)
        try:
            return super().handle(connection)
        finally:
            connection.sock = client

    def finish_request(self, connection: TConn, future: Future[object]) -> None:
        """Send the rest of a response when there is room for it."""
        departure: Departure = connection.parser.unreader.departure
        if departure.is_over:
            self._finish(connection, future)
            return
        if len(self.leaving) >= MOST_LEAVING:
            self._break_off(next(iter(self.leaving)))
        self.leaving[connection] = departure, future
        send: Callable[[socket.socket], None] = partial(self._send, connection)
        self.poller.register(connection.sock, EVENT_WRITE, send)

    def _send(self, connection: TConn, client: socket.socket) -> None:
        departure, future = self.leaving[connection]
        try:
            departure.go_on()
        except OSError:  # the client is gone
            self._break_off(connection)
            return
        if departure.is_over:
            self.poller.unregister(client)
            del self.leaving[connection]
            self._finish(connection, future)

    def _break_off(self, connection: TConn) -> None:
        """Close a connection whose client does not read its response, or too slowly."""
        self.poller.unregister(connection.sock)
        self.leaving.pop(connection)[0].close()
        connection.parser.unreader.arrival.close()
        self.nr_conns -= 1
        connection.close()

    def _finish(self, connection: TConn, future: Future[object]) -> None:
        """Keep a connection open, or close it. A request that has arrived meanwhile is next."""
        super().finish_request(connection, future)
        if connection not in self.keepalived_conns:
            connection.parser.unreader.arrival.close()
            return
        rest = connection.parser.unreader.arrival.next
        if rest:
            self.poller.unregister(connection.sock)
            self.keepalived_conns.remove(connection)
            self._wait_for(connection, Arrival())
            self._take(connection, rest)

    def _wait_for(self, connection: TConn, arrival: Arrival) -> None:
        if len(self.waiting) >= MOST_WAITING:
            self._refuse(next(iter(self.waiting)), HTTPStatus.SERVICE_UNAVAILABLE)
        connection.sock.setblocking(False)
        self.waiting[connection] = arrival
        receive: Callable[[socket.socket], None] = partial(self._receive, connection)
        self.poller.register(connection.sock, EVENT_READ, receive)

    def _receive(self, connection: TConn, client: socket.socket) -> None:
        try:
            data = client.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take(connection, data)
        else:
            self._forget(connection)

    def _take(self, connection: TConn, data: bytes) -> None:
        arrival = self.waiting[connection]
        try:
            refusal = arrival.take(data)
        except OSError:  # no space for a long body
            self.log.exception("A request cannot be kept until it is whole.")
            refusal = HTTPStatus.INSUFFICIENT_STORAGE
        if refusal is not None:
            self._refuse(connection, refusal)
        elif arrival.is_whole:
            self._hand_over(connection, arrival)
        elif arrival.wants_to_be_told_to_go_on():
            with suppress(OSError):
                connection.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _hand_over(self, connection: TConn, arrival: Arrival) -> None:
        self.poller.unregister(connection.sock)
        del self.waiting[connection]
        connection.init()
        if not isinstance(connection.parser.unreader, ArrivedUnreader):
            connection.parser.unreader = ArrivedUnreader(connection)
        connection.parser.unreader.begin(arrival)
        pool = self.health_pool if _HEALTH.match(arrival.head) else self.tpool
        future = pool.submit(self.handle, connection)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, connection, done))

    def _refuse(self, connection: TConn, status: HTTPStatus) -> None:
        with suppress(OSError):
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            connection.sock.send(head.encode())
        self._forget(connection)

    def _forget(self, connection: TConn) -> None:
        self.poller.unregister(connection.sock)
        self.waiting.pop(connection).close()
        self.nr_conns -= 1
        connection.close()
