"""
Compares the index with the content, for the operator of the site. Permissions are not checked.

All documents of a library or course are made anew and compared, by digests, with the documents in the index. This
takes as long as indexing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import batched

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from ..findings import Finding
from .checkpoints import refusals, start_over
from .engine import MAX_BATCH, Document, current_engine, is_search_on
from .models import SearchCheckpoint
from .places import ContextKey, Place, all_documents, package_of, place_of, titles
from .sending import Refusal
from .upkeep import catch_up, packages_behind

INDEX = "index"


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    The differences between the index and the content of a library.

    Args:
        missing: ids of documents that the index lacks.
        different: ids of documents that the index has with other values.
        strays: ids of documents that the index should not have.
    """

    missing: frozenset[str]
    different: frozenset[str]
    strays: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.different or self.strays)

    def __str__(self) -> str:
        told = [
            (len(self.missing), ngettext_lazy("%(count)d missing", "%(count)d missing", "count")),
            (len(self.different), ngettext_lazy("%(count)d different", "%(count)d different", "count")),
            (
                len(self.strays),
                ngettext_lazy("%(count)d that should not be there", "%(count)d that should not be there", "count"),
            ),
        ]
        return ", ".join(text % {"count": count} for count, text in told if count)


def check_index(context_key: ContextKey | None = None, *, repair: bool = False) -> list[Finding]:
    """
    Find libraries and courses whose documents in the index are wrong, and documents that the engine refuses.

    A site that wants no search has nothing to check.

    Args:
        context_key: one library or course; if None, all of them, also deleted ones that left documents behind.
        repair: whether to repair them at once. Refused documents stay refused: their content has to be changed.

    Raises NotFoundError, and SearchEngineError if the engine fails.
    """
    if not is_search_on():
        return []
    behind = packages_behind()
    pks = {*titles(), *behind} if context_key is None else {package_of(context_key)}
    findings = [_check(pk, is_behind=pk in behind, repair=repair) for pk in sorted(pks)]
    return [*(finding for finding in findings if finding is not None), *map(_of_refused, refusals(context_key))]


def compare(place: Place) -> Comparison:
    """Compare the documents of a library or course with the index. Leaves out documents that the engine refused."""
    refused = _refused_ids(place.learning_package_pk)
    found = {key: digest for key, digest in _digests(_indexed(place.context_key)) if key not in refused}
    wanted = {key: digest for key, digest in _digests(_wanted(place)) if key not in refused}
    return Comparison(
        missing=frozenset(wanted.keys() - found.keys()),
        different=frozenset(key for key in wanted.keys() & found.keys() if wanted[key] != found[key]),
        strays=frozenset(found.keys() - wanted.keys()),
    )


def remove_strays(context_key: ContextKey) -> int:
    """
    Remove the documents that a library or course should not have.

    All its documents have to be made anew afterwards, because a document that came back meanwhile may be removed, too.

    Returns: how many there were.
    """
    place = place_of(package_of(context_key))
    if place is None:
        return 0
    found = {document["id"] for document in _indexed(context_key)}
    strays = found - {document["id"] for document in _wanted(place)}
    _delete(strays)
    return len(strays)


def _check(learning_package_pk: int, *, is_behind: bool, repair: bool) -> Finding | None:
    place = place_of(learning_package_pk)
    key = str(place.context_key if place else _key_of_deleted(learning_package_pk))
    if is_behind:
        if repair:
            catch_up(learning_package_pk)
        return Finding(INDEX, key, _("The index lags behind the content."), repaired=repair, repairable=True)
    if place is None or not (differences := compare(place)):
        return None
    if repair:
        _delete(differences.strays)
        start_over(SearchCheckpoint.objects.filter(learning_package_pk=learning_package_pk, is_spare=False))
        catch_up(learning_package_pk)
    text = _("Documents in the index: %(differences)s.") % {"differences": differences}
    return Finding(INDEX, key, text, repaired=repair, repairable=True)


def _key_of_deleted(learning_package_pk: int) -> str:
    checkpoint = SearchCheckpoint.objects.filter(learning_package_pk=learning_package_pk).first()
    if checkpoint is None:
        return _("learning package %(pk)s") % {"pk": learning_package_pk}
    return str(checkpoint.context_key)


def _indexed(context_key: ContextKey) -> Iterator[Document]:
    engine = current_engine()
    engine.prepare()
    return engine.documents_of(str(context_key))


def _wanted(place: Place) -> Iterator[Document]:
    return (document for documents in all_documents(place) for document in documents.live)


def _refused_ids(learning_package_pk: int) -> frozenset[str]:
    rows = SearchCheckpoint.objects.filter(learning_package_pk=learning_package_pk, is_spare=False)
    return frozenset(name for refused in rows.values_list("refused", flat=True) for name in refused)


def _of_refused(refusal: Refusal) -> Finding:
    text = _("It is found by its title only, because the search engine does not take its text: %(reason)s")
    if not refusal.is_by_title:
        text = _("It is not found, because the search engine does not take it: %(reason)s")
    return Finding(INDEX, refusal.usage_key, text % {"reason": refusal.reason})


def _digests(documents: Iterator[Document]) -> Iterator[tuple[str, bytes]]:
    return ((document["id"], _digest(document)) for document in documents)


def _delete(ids: Collection[str]) -> None:
    engine = current_engine()
    for part in batched(sorted(ids), MAX_BATCH):
        engine.delete(part)


def _digest(document: Document) -> bytes:
    text = json.dumps(_plain(document), sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _plain(value: object) -> object:
    """Return a value in a form that does not depend on the engine, which may return 1.0 as 1."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
