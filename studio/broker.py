"""The file-system broker of sites that have no other one."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class FileChannel(filesystem.Channel):
    """
    Puts messages into queues whole.

    Kombu's own channel opens the file of a message under the name that workers look for, and then writes it. A worker
    that looks in between reads nothing, and ends with an error.
    """

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # of two bases that differ
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        hidden = Path(self.data_folder_out, f".{name}")
        try:
            hidden.write_text(dumps(payload))
            hidden.rename(hidden.with_name(name))
        except OSError as error:
            raise ChannelError(f"Cannot put a message into {self.data_folder_out}.") from error


class FileTransport(filesystem.Transport):
    """The transport of ``filesystem://`` URLs."""

    Channel = FileChannel


def use_file_transport() -> None:
    """Let ``filesystem://`` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{FileTransport.__name__}"
