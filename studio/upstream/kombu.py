"""
Uses internals of kombu: the file-system broker, for sites without another broker.

Kombu writes messages and exchanges into files that others see while they are incomplete. Its channel is derived from,
with ``_put`` and ``_queue_bind`` replaced and ``_exchange_file`` called, and its entry for ``filesystem://`` in
TRANSPORT_ALIASES is replaced. This can go when a release writes complete files.

Seen with kombu 5.7.0.
"""

from __future__ import annotations

import fcntl
from contextlib import suppress
from pathlib import Path
from time import monotonic
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class FileChannel(filesystem.Channel):
    """
    Writes messages and exchanges as complete files.

    Kombu's own channel opens a new file under its final name, and then writes it. A process that reads the file in
    between reads nothing, and ends with an error. (It locks the files of exchanges for later changes.)
    """

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        file: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]  # newer than the stubs
        self.control_folder.mkdir(exist_ok=True)
        with Path(self.control_folder, ".lock").open("w") as one_at_a_time:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            if not file.exists() or not file.stat().st_size:
                hidden = file.with_name(f".{file.name}")
                hidden.write_text(dumps([]))
                hidden.rename(file)
        super()._queue_bind(exchange, routing_key, pattern, queue)

    def _put(self, queue: str, payload: object, **kwargs: object) -> None:  # type: ignore[override]  # of two bases that differ
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        hidden = Path(self.data_folder_out, f".{name}")
        try:
            hidden.write_text(dumps(payload))
            hidden.rename(hidden.with_name(name))
        except OSError as error:
            with suppress(OSError):
                hidden.unlink(missing_ok=True)  # on a full disk, a part of the file exists
            raise ChannelError(f"Cannot put a message into {self.data_folder_out}: {error}") from error


class FileTransport(filesystem.Transport):
    """The transport of ``filesystem://`` URLs."""

    Channel = FileChannel


def use_file_transport() -> None:
    """Register this transport for ``filesystem://``."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{FileTransport.__name__}"
