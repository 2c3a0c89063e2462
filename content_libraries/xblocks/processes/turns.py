"""
Decides whose task runs next: as many tasks at once as there are processes, shared fairly among users.

1. One user never has all processes, if there are several. The user's other tasks wait.
2. The user with fewer running tasks comes first; among equals, the user who asked first.
3. At most ``BLOCK_QUEUE`` tasks wait, because each keeps a thread of the web server. When there are more, the user
   with the most waiting tasks loses the last one. No task waits longer than PATIENCE_SECONDS.
4. Users whose tasks had to be stopped in the last minute share all processes but one, and their tasks do not wait.
5. Slow tasks never hold all processes while other tasks wait: the task that began last has to make room.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from django.utils.translation import gettext as _

from ... import conf
from ...errors import BusyError

PATIENCE_SECONDS: Final = 1.5
SLOW_SECONDS: Final = 1.0
"""Most blocks are shown in a few hundredths of this time."""
SUSPICION_SECONDS: Final = 60.0


@dataclass(eq=False, slots=True)
class Turn:
    """A task in the queue. ``decided`` is set when it may run (``began`` says since when), or when it is sent away."""

    who: str
    decided: threading.Event = field(default_factory=threading.Event)
    began: float | None = None


class Turns:
    """The turns of one web or worker process. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[Turn] = []
        self._waiting: list[Turn] = []
        self._suspected: dict[str, float] = {}

    @contextmanager
    def turn(self, who: str) -> Iterator[Turn]:
        """
        Wait until it is the turn of a user, and keep the turn for as long as the context lasts.

        Raises BusyError when too many wait already, or for too long.
        """
        turn = Turn(who)
        with self._lock:
            self._waiting.append(turn)
            self._let_in()
            self._send_away()
        try:
            turn.decided.wait(PATIENCE_SECONDS)
            if turn.began is None:
                raise BusyError(_("The site has too many components to show right now. Try again in a few seconds."))
            yield turn
        finally:
            self._leave(turn)

    def has_to_make_room(self, turn: Turn) -> bool:
        """Return whether a running task has to end because of rule 5."""
        with self._lock:
            are_slow = all(
                other.began is not None and monotonic() - other.began > SLOW_SECONDS for other in self._running
            )
            is_needed = any(self._count(waiter.who) < _share() for waiter in self._waiting)
            is_full = len(self._running) >= conf.BLOCK_PROCESSES.value > 1
            return are_slow and is_needed and is_full and turn is self._running[-1]

    def suspect(self, who: str) -> None:
        """Remember that a task of a user had to be stopped."""
        with self._lock:
            now = monotonic()
            self._suspected = {other: until for other, until in self._suspected.items() if until > now}
            self._suspected[who] = now + SUSPICION_SECONDS
            self._send_away()

    def _leave(self, turn: Turn) -> None:
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
            if turn in self._running:
                self._running.remove(turn)
                self._let_in()

    def _let_in(self) -> None:
        while len(self._running) < conf.BLOCK_PROCESSES.value:
            able = [waiter for waiter in self._waiting if self._may_run(waiter.who)]
            if not able:
                return
            chosen = min(able, key=lambda waiter: (self._is_suspected(waiter.who), self._count(waiter.who)))
            chosen.began = monotonic()
            self._running.append(chosen)
            self._decide(chosen)

    def _send_away(self) -> None:
        for waiter in [waiter for waiter in self._waiting if self._is_suspected(waiter.who)]:
            self._decide(waiter)
        while len(self._waiting) > conf.BLOCK_QUEUE.value:
            greed = Counter(waiter.who for waiter in self._waiting)
            last = max(enumerate(self._waiting), key=lambda place: (greed[place[1].who], place[0]))[1]
            self._decide(last)

    def _decide(self, waiter: Turn) -> None:
        self._waiting.remove(waiter)
        waiter.decided.set()

    def _may_run(self, who: str) -> bool:
        if self._count(who) >= _share():
            return False
        suspects = sum(self._is_suspected(turn.who) for turn in self._running)
        return not self._is_suspected(who) or suspects < _share()

    def _count(self, who: str) -> int:
        """Return how many tasks of a user are running."""
        return sum(turn.who == who for turn in self._running)

    def _is_suspected(self, who: str) -> bool:
        return self._suspected.get(who, 0) > monotonic()


def _share() -> int:
    """Return how many processes one user, or all suspected users together, may have at once."""
    return max(1, conf.BLOCK_PROCESSES.value - 1)
