"""What the server of the host is tried with: a WSGI application that says what has arrived, or keeps a thread busy."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer ``METHOD PATH LENGTH``. ``/busy`` is answered once the file ``GO_ON`` is there."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    received = len(environ["wsgi.input"].read(length))
    while environ["PATH_INFO"] == "/busy" and not Path(os.environ["GO_ON"]).exists():
        time.sleep(0.05)
    text = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {received}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]
