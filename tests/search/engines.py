"""An engine for tests: the embedded one, watched, and taken down at will."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from content_libraries.search.embedded import EmbeddedEngine
from content_libraries.search.engine import Document, SearchEngineError


class WatchedEngine(EmbeddedEngine):
    """
    Writes down which calls changed the index, and fails while ``is_down``.

    What is in ``interruptions`` happens, one a call, after documents were made and before they are written.
    """

    patience = 0.5

    def __init__(self, folder: Path, *, is_spare: bool = False) -> None:
        super().__init__(folder, is_spare=is_spare)
        self.calls: list[str] = []
        self.is_down = False
        self.interruptions: list[Callable[[], object]] = []

    def prepare(self) -> str:
        self._fail_if_down()
        return super().prepare()

    def update(self, documents: Sequence[Document]) -> None:
        self._fail_if_down()
        if self.interruptions:
            self.interruptions.pop(0)()
        self.calls.append(f"update {len(documents)}")
        super().update(documents)

    def delete(self, ids: Sequence[str]) -> None:
        self._fail_if_down()
        self.calls.append(f"delete {len(ids)}")
        super().delete(ids)

    def delete_context(self, context_key: str) -> None:
        self._fail_if_down()
        self.calls.append(f"delete {context_key}")
        super().delete_context(context_key)

    def _fail_if_down(self) -> None:
        if self.is_down:
            raise SearchEngineError("The test has taken the engine down.")
