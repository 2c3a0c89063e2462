"""
The process that the processes of blocks are forked from. It has imported everything, and runs no code of authors.

A fork takes milliseconds and shares memory, so a process that was killed is replaced at once. The zygote is a program
of its own: it has one thread, and none of the site's sockets, files and connections. It knows which processes it has
forked, so it is asked to kill them. When the site ends, for any reason, the zygote kills all of them and ends.
Signals that tell a site to end are for the site, which may have requests to finish.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

logger = logging.getLogger(__name__)

COMMAND: Final = struct.Struct("!cq")
REPLY: Final = struct.Struct("!q")
FORK: Final = b"f"
"""Comes with the end of a connection for the new process. The reply is its pid."""
KILL: Final = b"k"
"""Comes with a pid."""
READY: Final = 0
NOT_FORKED: Final = -1
"""The reply where the system has no room for another process."""

type Begin = Callable[[Connection], None]

START: Final = f"""
import sys, json
sys.path[:] = json.loads(sys.argv[1])
from {__name__} import main
main(int(sys.argv[2]))
"""


def command_line(executable: str, control: int) -> list[str]:
    """
    Return the command that starts a zygote, which takes its orders at a socket.

    The zygote imports from the same folders as this process.
    """
    return [executable, "-c", START, json.dumps([str(folder) for folder in sys.path]), str(control)]


def main(control_descriptor: int) -> None:
    """Import everything, and then fork and kill as the site says."""
    from ..warming import begin, warm_up  # noqa: PLC0415 - needs Django, which it sets up

    for meant_for_the_site in (signal.SIGINT, signal.SIGTERM):
        signal.signal(meant_for_the_site, signal.SIG_IGN)
    for needed_here in (signal.SIGCHLD, signal.SIGALRM):
        signal.signal(needed_here, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=control_descriptor) as control:
        warm_up()
        gc.collect()
        gc.freeze()  # objects that live for ever are not garbage-collected, so their memory stays shared
        with suppress(ConnectionError):
            control.sendall(REPLY.pack(READY))
            _serve(control, begin)


def _serve(control: socket.socket, begin: Begin) -> None:
    children: set[int] = set()
    try:
        while True:
            command, descriptors, _flags, _address = socket.recv_fds(control, COMMAND.size, 1)
            if len(command) < COMMAND.size:
                return
            _reap(children)
            kind, pid = COMMAND.unpack(command)
            if kind == FORK:
                pid = _forked(descriptors[0], control, begin)
                os.close(descriptors[0])
                if pid != NOT_FORKED:
                    children.add(pid)
            elif pid in children:
                _kill([pid])
            control.sendall(REPLY.pack(pid))
    finally:
        _kill(children)


def _kill(children: Collection[int]) -> None:
    """End children, and the processes that the code of blocks has started there."""
    for pid in children:
        os.killpg(pid, signal.SIGKILL)


def _reap(children: set[int]) -> None:
    """Reap children that have ended. Until then no other process gets their pids."""
    for pid in list(children):
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            children.discard(pid)


def _forked(descriptor: int, control: socket.socket, begin: Begin) -> int:
    """Make a process that begins with a connection. Returns its pid or NOT_FORKED, and only here."""
    try:
        pid = os.fork()
    except OSError:  # no memory, or no more processes for this user
        logger.exception("No process for blocks can be forked.")
        return NOT_FORKED
    if pid:
        os.setpgid(pid, pid)  # a group of its own, before the site can ask it for anything
        return pid
    status = 1
    try:
        control.close()
        begin(Connection(descriptor))
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may get back into the loop of the zygote
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)
