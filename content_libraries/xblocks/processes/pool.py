"""The site's side of block processes: a zygote, and the processes that it forks, which are reused until killed."""

from __future__ import annotations

import logging
import os
import pickle
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from multiprocessing.spawn import get_executable
from time import monotonic
from typing import ClassVar, Final, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from .errors import BlockProcessDiedError, BlocksUnavailableError, PreemptedError, TookTooLongError
from .messages import Failure, LogLine, Question, Reply, Task, TaskResult, read_plain
from .turns import Turns
from .zygote import COMMAND, FORK, KILL, NOT_FORKED, REPLY, command_line

logger = logging.getLogger(__name__)

START_SECONDS: Final = 120.0
"""How long a zygote may take to import everything, on a machine with much else to do."""
_REPLY_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 10.0
"""How long nothing is tried after a zygote could not start."""
_LOOK_SECONDS: Final = 0.25
"""How often a task that goes on is asked whether it has to make room."""
_SHORTEST_LIMIT: Final = 1024 * 1024
_TIME: Final = struct.Struct("@ll")
"""The ``timeval`` of C: seconds and microseconds."""
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Keeps libraries for mathematics from starting threads when imported: a process that forks must not have threads."""
_NOT_INHERITED: Final = frozenset({"PROMETHEUS_MULTIPROC_DIR"})
"""A process that counts no requests leaves no files of counters behind."""


class TaskSite(Protocol):
    """The site, as a process sees it during a task. The process may call the methods named in ``QUESTIONS``."""

    QUESTIONS: ClassVar[frozenset[str]]


class Zygote:
    """The zygote of this process. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._program: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_ready = False
        self._paused_until = 0.0

    def start(self) -> None:
        """Start the program, unless it runs. Does not wait for its imports, which take seconds."""
        with self._lock:
            self._started()

    def fork(self, descriptor: int) -> int:
        """
        Make a process that has the other end of a connection.

        Returns: its pid. Raises BlocksUnavailableError.
        """
        with self._lock:
            for _attempt in range(2):  # it may have been killed since it was asked last
                try:
                    control = self._started()
                    socket.send_fds(control, [COMMAND.pack(FORK, 0)], [descriptor])
                    pid = self._reply(control)
                except OSError:
                    logger.warning("The zygote of the processes of blocks is gone.", exc_info=True)
                    self._stop()
                else:
                    if pid == NOT_FORKED:
                        raise _unavailable()
                    return pid
            self._paused_until = monotonic() + _PAUSE_SECONDS
        raise _unavailable()

    def kill(self, pid: int) -> None:
        """
        End a process.

        Only the zygote can do this safely: for any other process, the pid may belong to a new process by now. Without
        a zygote the process ends by itself, when its connection closes or its time is up.
        """
        with self._lock:
            if self._control is None:
                return
            try:
                self._control.sendall(COMMAND.pack(KILL, pid))
                self._reply(self._control)
            except OSError:
                self._stop()

    def close(self) -> None:
        """End the program, and with it the processes that it forked."""
        with self._lock:
            self._stop()

    def abandon(self) -> None:
        """Let go of the zygote process in a fork of the site, because the process belongs to the parent."""
        if self._control is not None and self._program is not None:
            self._control.close()
            self._program.returncode = 0  # it is not a child of this process

    def _started(self) -> socket.socket:
        if self._control is not None:
            return self._control
        if monotonic() < self._paused_until:
            raise _unavailable()
        ours, theirs = socket.socketpair()
        with theirs:
            self._program = subprocess.Popen(  # noqa: S603 - this Python
                command_line(os.fsdecode(get_executable()), theirs.fileno()),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=2,  # text that a block prints is not output of a command
                env=_environment(),
            )
        self._control, self._is_ready = ours, False
        return ours

    def _reply(self, control: socket.socket) -> int:
        if not self._is_ready:
            control.settimeout(START_SECONDS)
            _received(control)
            self._is_ready = True
        control.settimeout(_REPLY_SECONDS)
        return _received(control)

    def _stop(self) -> None:
        if self._control is None or self._program is None:
            return
        self._control.close()
        if not self._is_ready:
            self._program.kill()  # it does not look at the socket while it imports
        try:
            self._program.wait(_REPLY_SECONDS)
        except subprocess.TimeoutExpired:
            self._program.kill()
            self._program.wait()
        self._control = self._program = None


def _unavailable() -> BlocksUnavailableError:
    return BlocksUnavailableError(_("Components cannot be shown right now. The operators of the site find out why."))


def _received(control: socket.socket) -> int:
    reply = control.recv(REPLY.size)
    if len(reply) < REPLY.size:
        raise ConnectionError("The zygote has closed the connection.")
    number: int = REPLY.unpack(reply)[0]
    return number


def _environment() -> Mapping[str, str]:
    if "DJANGO_SETTINGS_MODULE" not in os.environ or not hasattr(os, "fork"):
        raise ImproperlyConfigured(
            "Blocks run in forked processes, which read their settings from DJANGO_SETTINGS_MODULE. Set it, or let"
            " blocks run in the processes of the site, without limits: CONTENT_LIBRARIES_BLOCK_PROCESSES = 0"
        )
    return {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED} | _ONE_THREAD


class _Process:
    """One process, which does one task at a time."""

    def __init__(self, connection: Connection, pid: int) -> None:
        self.connection = connection
        self.pid = pid

    def do(self, task: Task, site: TaskSite, *, has_to_make_room: Callable[[], bool]) -> TaskResult | Failure:
        """
        Let the process do a task, and reply to its questions meanwhile.

        Raises TookTooLongError, PreemptedError and BlockProcessDiedError. After an error the process cannot be used
        any more.
        """
        until = monotonic() + task.seconds
        limit = max(task.answer_bytes, _SHORTEST_LIMIT)
        try:
            self.connection.send_bytes(pickle.dumps(task))
            while (seconds := until - monotonic()) > 0:
                if not self.connection.poll(min(seconds, _LOOK_SECONDS)):
                    if has_to_make_room():
                        raise PreemptedError(
                            _("This component takes long, and others wait. Try again in a few seconds.")
                        )
                    continue
                match read_plain(self.connection.recv_bytes(limit)):
                    case TaskResult() | Failure() as outcome:
                        return outcome
                    case Question(method=method) as question if method in site.QUESTIONS:
                        self.connection.send_bytes(pickle.dumps(_reply(site, question)))
                    case LogLine(logger=name, level=level, text=text):
                        logging.getLogger(name).log(level, "%s", text)
                    case other:
                        raise pickle.UnpicklingError(f"{type(other).__name__} is no message of a process.")
        except BlockingIOError:
            pass  # see _connected
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise BlockProcessDiedError(_("The component was stopped by an error that ended its process.")) from error
        raise TookTooLongError(_("The component was stopped after %(seconds)s seconds.") % {"seconds": task.seconds})


def _connected(seconds: float) -> tuple[Connection, socket.socket]:
    """
    Open a connection between the site and a process that is about to be forked.

    The site's end has a time limit for each read and write: a process that stops in the middle of a message must not
    hold up a thread of the site for ever.

    Returns: our end, and theirs.
    """
    ours, theirs = socket.socketpair()
    time = _TIME.pack(int(seconds), int(seconds % 1 * 1_000_000))
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        ours.setsockopt(socket.SOL_SOCKET, option, time)
    return Connection(ours.detach()), theirs


def _reply(site: TaskSite, question: Question) -> Reply:
    try:
        return Reply(getattr(site, question.method)(*question.arguments, **question.keywords))
    except Exception as error:  # noqa: BLE001 - it is raised in the process that asked
        return Reply(error=error)


class Pool:
    """All processes of blocks of this web or worker process. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._turns = Turns()
        self._zygote = Zygote()
        self._lock = threading.Lock()
        self._processes: set[_Process] = set()
        self._idle: list[_Process] = []

    def start(self) -> None:
        """Start the zygote, so that the first task waits less."""
        self._zygote.start()

    def do(self, task: Task, *, site: TaskSite, who: str) -> TaskResult | Failure:
        """
        Let a process do a task when it is the user's turn.

        Raises BusyError, TookTooLongError and BlockProcessDiedError.
        """
        with self._turns.turn(who) as turn:
            process = self._take(task.seconds)
            turn.began = monotonic()  # a task is not slow because it had to wait for the zygote
            try:
                outcome = process.do(task, site, has_to_make_room=lambda: self._turns.has_to_make_room(turn))
            except BaseException as error:
                self._discard(process)
                if isinstance(error, TookTooLongError | PreemptedError):
                    self._turns.suspect(who)
                raise
            if outcome.is_last:
                self._let_go(process)
            else:
                with self._lock:
                    self._idle.append(process)
            return outcome

    def close(self) -> None:
        """End all processes. Callers that wait for a process learn that it has died."""
        while process := self._an_idle_one():
            self._let_go(process)
        self._zygote.close()

    def abandon(self) -> None:
        """Let go of all processes in a fork of the site, because they belong to the parent."""
        for process in self._processes:
            process.connection.close()
        self._processes.clear()
        self._zygote.abandon()

    def _take(self, seconds: float) -> _Process:
        while process := self._an_idle_one():
            if not process.connection.poll():
                return process
            self._discard(process)  # the process has ended: a living one is silent while it has no task
        ours, theirs = _connected(seconds)
        with theirs:
            process = _Process(ours, self._zygote.fork(theirs.fileno()))
        with self._lock:
            self._processes.add(process)
        return process

    def _an_idle_one(self) -> _Process | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _discard(self, process: _Process) -> None:
        self._zygote.kill(process.pid)
        self._let_go(process)

    def _let_go(self, process: _Process) -> None:
        """Close the connection to a process, which then ends as soon as it is idle."""
        with self._lock:
            self._processes.discard(process)
        process.connection.close()
