"""A block that takes whatever its OLX or a request names. See the README beside this file."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from web_fragments.fragment import Fragment
from webob import Request, Response
from xblock.core import XBlock
from xblock.exceptions import ProcessingError
from xblock.fields import Scope, String

logger = logging.getLogger(__name__)


def spin() -> str:
    while True:
        pass


def sleep() -> str:
    time.sleep(600)
    return ""


def hog() -> str:
    taken = bytearray()
    while True:
        taken += bytes(10_000_000)


def hog_quietly() -> str:
    """Do as problems do, whose learners are not told of errors."""
    try:
        return hog()
    except MemoryError as error:
        raise ProcessingError("Something went wrong.") from error


def recurse() -> str:
    return recurse()


def die() -> str:
    os.kill(os.getpid(), signal.SIGSEGV)
    return ""


def babble() -> str:
    return "x" * 100_000_000


def start_another() -> str:
    """Start another program, name it in the log, and never end."""
    program = subprocess.Popen(["sleep", "600"])  # noqa: S607
    logger.warning("started %s", program.pid)
    return sleep()


def leave_a_thread() -> str:
    threading.Thread(target=sleep, daemon=True).start()
    return str(os.getpid())


def count_users() -> str:
    return str(User.objects.count())


def log() -> str:
    for number in range(1000):
        logger.warning("greedy line %s", number)
    return "logged"


ACTIONS: Final[dict[str, Callable[[], Any]]] = {
    "spin": spin,
    "sleep": sleep,
    "hog": hog,
    "hog quietly": hog_quietly,
    "recurse": recurse,
    "die": die,
    "babble": babble,
    "count users": count_users,
    "log": log,
    "language": lambda: get_language() or "",
    "pid": lambda: str(os.getpid()),
    "parent pid": lambda: str(os.getppid()),
    "parent's threads": lambda: str(len(list(Path(f"/proc/{os.getppid()}/task").iterdir()))),
    "start another": start_another,
    "leave a thread": leave_a_thread,
}


class GreedyBlock(XBlock):
    """Does what its ``action`` says when it is shown, and what a request says when that comes."""

    action = String(scope=Scope.settings, default="language")
    note = String(scope=Scope.user_state, default="")

    def student_view(self, _context: Any) -> Fragment:
        fragment = Fragment(f"<p>{ACTIONS[self.action]()}</p>")
        fragment.add_css(SafeString("p { color: red }"))  # as templates make it
        return fragment

    @XBlock.handler  # type: ignore[untyped-decorator]
    def act(self, request: Request, _suffix: str = "") -> Response:
        return Response(ACTIONS[request.body.decode()]())

    @XBlock.handler  # type: ignore[untyped-decorator]
    def headers(self, request: Request, _suffix: str = "") -> Response:
        return Response(" ".join(request.environ))

    @XBlock.handler  # type: ignore[untyped-decorator]
    def keep(self, request: Request, _suffix: str = "") -> Response:
        """Remember the body of the request, and answer what was remembered before."""
        before, self.note = self.note, request.body.decode()
        return Response(before)
