"""A block that takes whatever its OLX or a request names. See the README beside this file."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils.translation import get_language
from web_fragments.fragment import Fragment
from webob import Request, Response
from xblock.core import XBlock
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


def recurse() -> str:
    return recurse()


def die() -> str:
    os.kill(os.getpid(), signal.SIGSEGV)
    return ""


def babble() -> str:
    return "x" * 100_000_000


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
    "recurse": recurse,
    "die": die,
    "babble": babble,
    "count users": count_users,
    "log": log,
    "language": lambda: get_language() or "",
    "pid": lambda: str(os.getpid()),
    "parent pid": lambda: str(os.getppid()),
}


class GreedyBlock(XBlock):
    """Does what its ``action`` says when it is shown, and what a request says when that comes."""

    action = String(scope=Scope.settings, default="language")
    note = String(scope=Scope.user_state, default="")

    def student_view(self, _context: Any) -> Fragment:
        return Fragment(f"<p>{ACTIONS[self.action]()}</p>")

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
