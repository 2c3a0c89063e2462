"""
The process that those of blocks are forked from: it has imported everything, and runs nothing of anybody.

A fork takes milliseconds and shares memory, so a process that was killed is replaced at once. The zygote is a program
of its own: it has one thread, and none of the site's sockets, files and connections. It knows which processes it has
forked, so it is asked to kill them. When the site ends, however it ends, the zygote kills all of them and ends.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

COMMAND: Final = struct.Struct("!cq")
REPLY: Final = struct.Struct("!q")
FORK: Final = b"f"
"""Comes with the end of a connection for the new process. The reply is its pid."""
KILL: Final = b"k"
"""Comes with a pid."""
READY: Final = 0

type Begin = Callable[[Connection], None]

START: Final = f"""
import sys, json
sys.path[:] = json.loads(sys.argv[1])
from {__name__} import main
main(int(sys.argv[2]))
"""


def command_line(executable: str, control: int) -> list[str]:
    """How to start a zygote that takes commands at a socket. It imports from the same folders, whatever runs here."""
    return [executable, "-c", START, json.dumps([str(folder) for folder in sys.path]), str(control)]


def main(control_descriptor: int) -> None:
    """Import everything, and then fork and kill as the site says."""
    from ..warming import begin, warm_up  # noqa: PLC0415 - needs Django, which it sets up

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the site, which then closes the socket
    for each in (signal.SIGCHLD, signal.SIGALRM, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=control_descriptor) as control:
        warm_up()
        gc.collect()
        gc.freeze()  # what never changes is not looked through, and stays shared
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
                pid = _fork(descriptors[0], control, begin)
                children.add(pid)
                os.close(descriptors[0])
            elif pid in children:
                os.kill(pid, signal.SIGKILL)
            control.sendall(REPLY.pack(pid))
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)


def _reap(children: set[int]) -> None:
    """Let go of children that have ended. Until then their pids are nobody else's."""
    for pid in list(children):
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            children.discard(pid)


def _fork(descriptor: int, control: socket.socket, begin: Begin) -> int:
    """Make a process that begins with a connection. Returns its pid, and only here."""
    if pid := os.fork():
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
