"""
Sends documents to an engine that may refuse some of them.

An engine that refuses one document refuses all documents of the batch. If it does not name the document, halves of the
batch are tried. A refused document is replaced by a document that is found by its title only, or left out, so that it
does not hold up the others.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..characters import valid_text
from .engine import Document, DocumentsRefusedError, SearchEngine
from .fitting import title_document

logger = logging.getLogger(__name__)

MAX_SEARCHES: Final = 50
"""How many refused documents are looked for in one batch. If there are more, the rest is found by title only."""

_MAX_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    A document that the engine refused.

    Args:
        usage_key: key of the object that the document describes.
        reason: the engine's message, for the operator of the site.
        is_by_title: whether the item is found by its title; otherwise not at all.
    """

    usage_key: str
    reason: str
    is_by_title: bool


def send_documents(engine: SearchEngine, documents: Sequence[Document]) -> dict[str, Refusal]:
    """
    Add documents to an index, ``MAX_BATCH`` at most.

    Documents that the engine refuses are reduced or left out.

    Returns: id of each document that the engine refused -> the refusal. Raises SearchEngineError if the engine fails.
    """
    try:
        engine.update(documents)
    except DocumentsRefusedError as error:
        sending = _Sending(engine)
        sending.divide(documents, error)
        return sending.refused
    return {}


@dataclass(slots=True)
class _Sending:
    """One batch with refused documents."""

    engine: SearchEngine
    refused: dict[str, Refusal] = field(default_factory=dict)

    def divide(self, documents: Sequence[Document], error: DocumentsRefusedError) -> None:
        """Send documents that were refused together once more, in two parts."""
        if len(documents) == 1 or len(self.refused) >= MAX_SEARCHES:
            self._send_titles(documents, error)
            return
        named = [document for document in documents if document["id"] in error.reasons]
        others = [document for document in documents if document["id"] not in error.reasons]
        middle = len(documents) // 2
        for part in (named, others) if named and others else (documents[:middle], documents[middle:]):
            self._send(part)

    def _send(self, documents: Sequence[Document]) -> None:
        try:
            self.engine.update(documents)
        except DocumentsRefusedError as error:
            self.divide(documents, error)

    def _send_titles(self, documents: Sequence[Document], error: DocumentsRefusedError) -> None:
        try:
            self.engine.update([title_document(document) for document in documents])
        except DocumentsRefusedError:
            if not error.is_certain or len(documents) > 1:
                raise  # not even this is accepted: the engine fails
            self.engine.delete([document["id"] for document in documents])
            self._note(documents, error, is_by_title=False)
        else:
            self._note(documents, error, is_by_title=True)

    def _note(self, documents: Sequence[Document], error: DocumentsRefusedError, *, is_by_title: bool) -> None:
        for document in documents:
            reason = valid_text(_reason(error.reasons, document, error.message))[:_MAX_REASON]
            self.refused[document["id"]] = Refusal(document["usage_key"], reason, is_by_title)
            logger.warning(
                "The search engine does not take the document of %s (found by its title: %s): %s",
                document["usage_key"],
                is_by_title,
                reason,
            )


def _reason(reasons: Mapping[str, str], document: Document, otherwise: str) -> str:
    return reasons.get(document["id"], otherwise)
