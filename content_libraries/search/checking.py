"""
Comparing the index with the content. For the operator of the site: permissions are not checked.

All documents of a library are made anew and compared with those that the index has, by digests. That takes as long as
indexing the library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from ..findings import Finding
from ..keys import LibraryLocatorV2
from ..learning_core import api as learning_core
from ..libraries import api as libraries
from .checkpoints import start_over
from .documents import LibraryPlace, collection_documents, item_documents
from .engine import MAX_BATCH, Document, current_engine
from .models import SearchCheckpoint
from .upkeep import catch_up, libraries_behind, place_of

INDEX = "index"


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What is different between the index and the content of a library.

    Args:
        missing, different, strays: ids of documents that the index does not have, has otherwise, and should not have.
    """

    missing: frozenset[str]
    different: frozenset[str]
    strays: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.different or self.strays)

    def __str__(self) -> str:
        counts = {"missing": self.missing, "different": self.different, "that should not be there": self.strays}
        return ", ".join(f"{len(ids)} {name}" for name, ids in counts.items() if ids)


def check_index(library_key: LibraryLocatorV2 | None = None, *, repair: bool = False) -> list[Finding]:
    """
    Find libraries whose documents in the index are not what they should be.

    Args:
        library_key: one library; all of them if None, deleted ones that left documents behind too.
        repair: whether to put it right at once.

    Raises NotFoundError, and SearchEngineError if the engine fails.
    """
    behind = libraries_behind()
    if library_key is None:
        known = libraries.viewable_libraries(None).filter(learning_package__isnull=False)
        pks = {*known.values_list("learning_package_id", flat=True), *behind}
    else:
        pks = {libraries.get_library(library_key).learning_package_id}
    findings = (_check(pk, is_behind=pk in behind, repair=repair) for pk in sorted(pks))
    return [finding for finding in findings if finding is not None]


def compare(place: LibraryPlace) -> Comparison:
    """Compare the documents of a library with those that the index has."""
    found = {document["id"]: _digest(document) for document in _indexed(place.library_key)}
    wanted = {document["id"]: _digest(document) for document in _all_documents(place)}
    return Comparison(
        missing=frozenset(wanted.keys() - found.keys()),
        different=frozenset(key for key in wanted.keys() & found.keys() if wanted[key] != found[key]),
        strays=frozenset(found.keys() - wanted.keys()),
    )


def remove_strays(library_key: LibraryLocatorV2) -> int:
    """
    Remove the documents that a library should not have. To be followed by making all of its documents anew, because
    one that came back just then may be removed, too.

    Returns: how many there were.
    """
    place = place_of(libraries.get_library(library_key).learning_package_id)
    if place is None:
        return 0
    found = {document["id"] for document in _indexed(library_key)}
    strays = found - {document["id"] for document in _all_documents(place)}
    _delete(strays)
    return len(strays)


def _check(learning_package_pk: int, *, is_behind: bool, repair: bool) -> Finding | None:
    place = place_of(learning_package_pk)
    key = str(place.library_key if place else _key_of_deleted(learning_package_pk))
    if is_behind:
        if repair:
            catch_up(learning_package_pk)
        return Finding(INDEX, key, "The index lags behind the content.", repaired=repair)
    if place is None or not (differences := compare(place)):
        return None
    if repair:
        _delete(differences.strays)
        start_over(SearchCheckpoint.objects.filter(learning_package_pk=learning_package_pk, is_spare=False))
        catch_up(learning_package_pk)
    return Finding(INDEX, key, f"Documents in the index: {differences}.", repaired=repair)


def _key_of_deleted(learning_package_pk: int) -> str:
    checkpoint = SearchCheckpoint.objects.filter(learning_package_pk=learning_package_pk).first()
    return str(checkpoint.context_key) if checkpoint else f"learning package {learning_package_pk}"


def _indexed(library_key: LibraryLocatorV2) -> Iterator[Document]:
    engine = current_engine()
    engine.prepare()
    return engine.documents_of(str(library_key))


def _all_documents(place: LibraryPlace) -> Iterator[Document]:
    after = 0
    while pks := learning_core.entity_pks_after(place.learning_package_pk, after, limit=MAX_BATCH):
        yield from item_documents(place, pks).live
        after = pks[-1]
    for codes in batched(sorted(learning_core.collection_codes_of(place.learning_package_pk)), MAX_BATCH):
        yield from collection_documents(place, codes).live


def _delete(ids: Collection[str]) -> None:
    engine = current_engine()
    for part in batched(sorted(ids), MAX_BATCH):
        engine.delete(part)


def _digest(document: Document) -> bytes:
    text = json.dumps(_plain(document), sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _plain(value: Any) -> Any:
    """The same value for whatever an engine may make of it: 1.0 may come back as 1."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
