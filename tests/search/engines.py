"""The engines that are tested, and one for tests: the embedded one, watched, and taken down at will."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from content_libraries.search.engine import Document, DocumentsRefusedError, SearchEngine, SearchEngineError
from content_libraries.search.engines.embedded import EmbeddedEngine

LOCAL: Final[Mapping[str, Callable[[Path], SearchEngine]]] = {"embedded": EmbeddedEngine}
"""
Engines that need no server, by name, and how each is made in a folder. They are asked what any engine has to do, and
what the facade promises besides: ``test_engine_contract.py`` and ``test_conditions.py``.
"""


class WatchedEngine(EmbeddedEngine):
    """
    Writes down which calls changed the index, and fails while ``is_down``.

    Documents in ``refuses``, by usage key, are not taken as they are, and those in ``refuses_titles`` not at all.

    What is in ``interruptions`` happens, one a call, after documents were made and before they are written.
    """

    patience = 0.5

    def __init__(self, folder: Path, *, is_spare: bool = False) -> None:
        super().__init__(folder, is_spare=is_spare)
        self.calls: list[str] = []
        self.is_down = False
        self.refuses: set[str] = set()
        self.refuses_titles: set[str] = set()
        self.interruptions: list[Callable[[], object]] = []
        self._spare: Self | None = None

    def spare(self) -> Self:
        """The same one every time, so that a test can watch it, too."""
        if self._spare is None:
            self._spare = super().spare()
            self._spare.refuses = self.refuses
        return self._spare

    def prepare(self) -> str:
        self._fail_if_down()
        return super().prepare()

    def update(self, documents: Sequence[Document]) -> None:
        self._fail_if_down()
        if self.interruptions:
            self.interruptions.pop(0)()
        self.calls.append(f"update {len(documents)}")
        refused = {
            document["id"]: "It has content."
            for document in documents
            if document["usage_key"] in (self.refuses if "content" in document else self.refuses_titles)
        }
        if refused:
            raise DocumentsRefusedError("Something is wrong.", reasons=refused)
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
