"""
Whose turn it is: so many tasks at once as there are processes, shared fairly among those who ask.

1. One user never has all processes, where there are several. What one user asks for at once is done one by one.
2. Who has fewer tasks running comes first, and then who came first.
3. Only so many wait as ``BLOCK_QUEUE`` says, since each keeps a thread of the web server. When there are more, whoever
   has most waiting loses the last one. Nobody waits longer than PATIENCE_SECONDS.
4. Users whose tasks had to be stopped in the last minute share all processes but one, and do not wait.
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

PATIENCE_SECONDS: Final = 3.0
SUSPICION_SECONDS: Final = 60.0


@dataclass(eq=False, slots=True)
class _Waiter:
    """Somebody in the queue. ``decided`` is set once it is their turn, or they are sent away."""

    who: str
    decided: threading.Event = field(default_factory=threading.Event)
    may_run: bool = False


class Turns:
    """The turns of one web or worker process. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        self._waiting: list[_Waiter] = []
        self._suspected: dict[str, float] = {}

    @contextmanager
    def turn(self, who: str) -> Iterator[None]:
        """
        Wait until it is the turn of a user, and keep the turn for as long as the context lasts.

        Raises BusyError when too many wait already, or for too long.
        """
        waiter = _Waiter(who)
        with self._lock:
            self._waiting.append(waiter)
            self._let_in()
            self._send_away()
        try:
            waiter.decided.wait(PATIENCE_SECONDS)
            if not waiter.may_run:
                raise BusyError(_("The site has too many components to show right now. Try again in a few seconds."))
            yield
        finally:
            self._leave(waiter)

    def suspect(self, who: str) -> None:
        """Remember that a task of a user had to be stopped."""
        with self._lock:
            now = monotonic()
            self._suspected = {other: until for other, until in self._suspected.items() if until > now}
            self._suspected[who] = now + SUSPICION_SECONDS
            self._send_away()

    def _leave(self, waiter: _Waiter) -> None:
        with self._lock:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            if waiter.may_run:
                self._running[waiter.who] -= 1
                self._running += Counter()  # drops who is at zero
                self._let_in()

    def _let_in(self) -> None:
        while self._running.total() < conf.BLOCK_PROCESSES.value:
            able = [waiter for waiter in self._waiting if self._may_run(waiter.who)]
            if not able:
                return
            chosen = min(able, key=lambda waiter: (self._is_suspected(waiter.who), self._running[waiter.who]))
            self._running[chosen.who] += 1
            self._decide(chosen, may_run=True)

    def _send_away(self) -> None:
        for waiter in [waiter for waiter in self._waiting if self._is_suspected(waiter.who)]:
            self._decide(waiter, may_run=False)
        while len(self._waiting) > conf.BLOCK_QUEUE.value:
            greed = Counter(waiter.who for waiter in self._waiting)
            last = max(enumerate(self._waiting), key=lambda place: (greed[place[1].who], place[0]))[1]
            self._decide(last, may_run=False)

    def _decide(self, waiter: _Waiter, *, may_run: bool) -> None:
        self._waiting.remove(waiter)
        waiter.may_run = may_run
        waiter.decided.set()

    def _may_run(self, who: str) -> bool:
        share = max(1, conf.BLOCK_PROCESSES.value - 1)
        if self._running[who] >= share:
            return False
        suspects = sum(count for other, count in self._running.items() if self._is_suspected(other))
        return not self._is_suspected(who) or suspects < share

    def _is_suspected(self, who: str) -> bool:
        return self._suspected.get(who, 0) > monotonic()
