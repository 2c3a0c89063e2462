"""A source of transcripts, as a site may name one in ``TRANSCRIPT_SOURCE``: a small web server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Final

SRT: Final = "1\n00:00:01,000 --> 00:00:02,500\nGood morning\n\n2\n00:00:03,000 --> 00:00:04,000\nGood night\n"

GOOD: Final = "3_yD_cEKoCk"
ABSENT: Final = "absent-here"
EMPTY: Final = "empty-video"
NO_SRT: Final = "page-not-sr"
TOO_LONG: Final = "much-longer"
ELSEWHERE: Final = "leads-there"
BROKEN: Final = "broken-host"
SLOW: Final = "drop-by-dro"

_BODIES: Final = {
    GOOD: SRT.encode(),
    EMPTY: b"\n",
    NO_SRT: b"<html>Sign in</html>",
    TOO_LONG: b"x" * (3 * 1024 * 1024),
}


class Source(ThreadingHTTPServer):
    """Keeps the paths that it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.closing = Event()

    @property
    def template(self) -> str:
        """What a site would set."""
        return f"http://127.0.0.1:{self.server_port}/{{video}}/{{language}}.srt"


class _Handler(BaseHTTPRequestHandler):
    server: Source

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        video = self.path.split("/")[1]
        if video == SLOW:
            self._drip()
        elif video == ELSEWHERE:
            self._answer(302, b"", location=f"/{GOOD}/en.srt")
        elif video == BROKEN:
            self._answer(500, SRT.encode())
        elif video in _BODIES:
            self._answer(200, _BODIES[video])
        else:
            self._answer(404, b"None")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # the site has read enough

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.closing.wait(0.05):
                self.wfile.write(b"1")
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def transcript_source() -> Iterator[Source]:
    """Run a source."""
    with Source() as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.closing.set()
        server.shutdown()
