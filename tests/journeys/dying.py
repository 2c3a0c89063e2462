"""A process that sends itself a signal in the middle of its writing, as an out-of-memory killer would."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import Any


@dataclass
class DyingAt:
    """
    A wrapper of queries that counts those that write.

    Args:
        write: the number of the write at which the signal is sent; 0 for never.
        by: which signal.
    """

    write: int
    by: signal.Signals = signal.SIGKILL
    writes: int = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            self.writes += 1
            if self.writes == self.write:
                os.kill(os.getpid(), self.by)
        return execute(sql, params, many, context)
