"""An engine that dies with its process, for ``rebuilding_process``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import ClassVar

from content_libraries.search.engine import Document
from content_libraries.search.engines.embedded import EmbeddedEngine


class MortalEngine(EmbeddedEngine):
    """Kills its process instead of making one more call."""

    calls_left: ClassVar[int] = sys.maxsize

    def update(self, documents: Sequence[Document]) -> None:
        if MortalEngine.calls_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        MortalEngine.calls_left -= 1
        super().update(documents)
