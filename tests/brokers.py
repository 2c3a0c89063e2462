"""A broker in a folder that nobody listens to, so that a test sees what is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from studio.celery import app


@dataclass(frozen=True, slots=True)
class Message:
    """A message that waits for a worker."""

    task: str
    arguments: str
    expires: str | None


@dataclass(frozen=True, slots=True)
class Broker:
    """A folder with messages. Without the folder, the broker is down."""

    folder: Path

    def messages(self) -> list[Message]:
        found = [json.loads(path.read_text())["headers"] for path in sorted(self.folder.glob("*.msg"))]
        return [Message(each["task"], each["argsrepr"], each["expires"]) for each in found]

    def sent(self, about: object) -> int:
        """How many messages name something."""
        return sum(str(about) in message.arguments for message in self.messages())


@contextmanager
def broker_in(folder: Path) -> Iterator[Broker]:
    """In the block, tasks are sent there, and not done at once."""
    folders = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(folder))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "task_always_eager": False,
            "broker_write_url": "filesystem://localhost//",
            "broker_transport_options": folders,
        }.items():
            patch.setitem(app.conf, name, value)
        app._after_fork()  # type: ignore[attr-defined]  # forgets connections to other brokers
        try:
            yield Broker(folder)
        finally:
            app._after_fork()  # type: ignore[attr-defined]
