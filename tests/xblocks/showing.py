"""
Programs of several kinds that show a greedy block, without a database.

``python -m tests.xblocks.showing ACTION…`` prints what the block does for each action, and ``fork`` goes on in a fork.
"""

from __future__ import annotations

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; printing is what these programs are for
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

from content_libraries.actors import OPERATOR

print("began", flush=True)  # a second time if somebody imports the program once more
django.setup()

from celery import Celery
from celery.signals import worker_ready

from content_libraries.keys import component_key
from content_libraries.xblocks.api import BlockVersion, render_version

worker = Celery("showing")
worker.config_from_object("django.conf:settings", namespace="CELERY")


def show(action: str) -> str:
    """What there is to see of a greedy block that does something."""
    return show_olx("greedy", f'<greedy action="{action}"/>')


def show_olx(block_type: str, olx: str) -> str:
    """What there is to see of a block."""
    key = component_key(f"lb:O:L:{block_type}:b")
    version = BlockVersion(key, 1, None, 1, uuid4(), "B", olx, frozenset(), can_edit=True)
    view = render_version(version, user=OPERATOR)
    return view.notice or view.content.removeprefix("<p>").removesuffix("</p>")


def in_a_fork(action: str) -> None:
    """Do the rest in a fork, and wait for it."""
    sys.stdout.flush()
    if pid := os.fork():
        os.waitpid(pid, 0)
    else:
        print(show(action), flush=True)
        os._exit(0)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A web server that shows a block: its own pid, and what the block does that the path names."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {show(environ['PATH_INFO'].strip('/'))}".encode()]


@worker.task
def show_into(path: str) -> None:
    """Write down what there is to see."""
    result = Path(path).with_suffix(".new")
    result.write_text(show("pid"))
    result.rename(path)


@worker_ready.connect
def _send(**_details: Any) -> None:
    show_into.delay(os.environ["RESULT"])


if __name__ == "__main__":
    for name in sys.argv[1:]:
        if name.startswith("fork "):
            in_a_fork(name.removeprefix("fork "))
        else:
            print(show(name), flush=True)
