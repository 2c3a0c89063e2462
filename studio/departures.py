"""
Sends responses to slow clients without a thread.

A client that reads slowly, or not at all, holds up the thread that writes to it. So the thread that makes a response
writes as much as the client takes at once, and leaves the rest here. The loop of the worker sends the rest when there
is room.
"""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from typing import IO, Any, Final

from .spare_space import refuse_the_last_space

ANSWER_SECONDS: Final = 60
"""How long a client may take for a response, however slowly it reads."""

ANSWER_RATE: Final = 4 * 1024
"""Bytes a second that a client has to take of a response that takes longer."""

_IN_MEMORY: Final = 64 * 1024
_PIECE: Final = 64 * 1024
_PIECES_AT_ONCE: Final = 8
"""How many bytes go to one client before the loop looks at the others."""


@dataclass
class _Part:
    """Bytes of a file that have not been sent."""

    file: IO[bytes]
    position: int
    end: int

    @property
    def is_over(self) -> bool:
        return self.position >= self.end

    def piece(self) -> bytes:
        self.file.seek(self.position)
        return self.file.read(min(_PIECE, self.end - self.position))


class Departure:
    """
    A socket to which gunicorn's responses write, and which never waits for the client.

    Args:
        client: the connection. It must not block.
    """

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._parts: deque[_Part] = deque()
        self._kept: _Part | None = None
        self._started = time.monotonic()
        self._sent = 0

    @property
    def is_over(self) -> bool:
        """Return whether there is nothing left to send."""
        return not self._parts

    @property
    def is_too_slow(self) -> bool:
        seconds = time.monotonic() - self._started
        return seconds > ANSWER_SECONDS and self._sent < (seconds - ANSWER_SECONDS) * ANSWER_RATE

    def sendall(self, data: bytes) -> None:
        """
        Send bytes, and keep the bytes that the client does not take now.

        Raises OSError if the client is gone, or if no more bytes can be kept.
        """
        view = memoryview(data)
        while view and not self._parts:
            sent = self._send(view[:_PIECE])
            if not sent:
                break
            view = view[sent:]
        if view:
            self._keep(view)

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int | None = None) -> int:
        """Send a part of a file. The caller may close the file afterwards."""
        count = os.fstat(file.fileno()).st_size - offset if count is None else count
        self._parts.append(_Part(os.fdopen(os.dup(file.fileno()), "rb"), offset, offset + count))
        self._kept = None
        while self._parts and self._send_piece():
            pass
        return count

    def go_on(self) -> None:
        """Send as much as there is room for, up to a limit. Raises OSError when the client is gone."""
        for _number in range(_PIECES_AT_ONCE):
            if not self._parts or not self._send_piece():
                return

    def setblocking(self, flag: bool) -> None:
        """Ignore gunicorn's wish for a socket that blocks."""

    def gettimeout(self) -> float:
        return 0.0

    def fileno(self) -> int:
        return self._client.fileno()

    def shutdown(self, how: int) -> None:
        """End the connection early, so that the client sees that the response is incomplete."""
        self.close()
        self._client.shutdown(how)

    def close(self) -> None:
        """Release the bytes and files that were kept."""
        for part in self._parts:
            part.file.close()
        self._parts.clear()
        self._kept = None

    def _send(self, data: bytes | memoryview) -> int:
        try:
            sent = self._client.send(data)
        except BlockingIOError:
            return 0
        self._sent += sent
        return sent

    def _send_piece(self) -> int:
        part = self._parts[0]
        piece = part.piece()
        if not piece:
            raise ConnectionAbortedError("A file became shorter while it was sent.")
        sent = self._send(piece)
        part.position += sent
        if part.is_over:
            self._parts.popleft().file.close()
            self._kept = None if part is self._kept else self._kept
        return sent

    def _keep(self, data: memoryview) -> None:
        if self._kept is None:
            file: Any = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed once it is sent
            self._kept = _Part(file, 0, 0)
            self._parts.append(self._kept)
        if self._kept.end + len(data) > _IN_MEMORY:
            refuse_the_last_space()
        self._kept.file.seek(self._kept.end)
        self._kept.file.write(data)
        self._kept.end += len(data)
