"""What the server of the host is tried with: a WSGI application that says what has arrived, or keeps a thread busy."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

LARGE: Final = b"".join(b"%07d\n" % number for number in range(1_000_000))


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """
    Answer ``METHOD PATH LENGTH``.

    ``/busy`` is answered once the file ``GO_ON`` is there, ``/large`` with more than a connection holds, and ``/file``
    with the same from a file.
    """
    length = int(environ.get("CONTENT_LENGTH") or 0)
    received = len(environ["wsgi.input"].read(length))
    while environ["PATH_INFO"] == "/busy" and not Path(os.environ["GO_ON"]).exists():
        time.sleep(0.05)
    if environ["PATH_INFO"] in {"/large", "/file"}:
        start_response("200 OK", [("Content-Length", str(len(LARGE)))])
        if environ["PATH_INFO"] == "/large":
            return [LARGE]
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the server closes it
        file.write(LARGE)
        file.seek(0)
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file)
        return wrapped
    text = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {received}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]
