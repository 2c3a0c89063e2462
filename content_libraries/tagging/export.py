"""Exports the tags of a library and of everything in it as a table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Final

from openedx_tagging.models import ObjectTag

from ..actors import Actor
from ..keys import ItemKey, LibraryCollectionLocator, LibraryContainerLocator, LibraryLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.api import ItemStatus
from ..libraries.api import ContentLibrary, Permission, access_library, package_pk
from ..upstream.openedx_tagging import VALUE
from .objects import in_library
from .taxonomies import visible_taxonomies

_BATCH: Final = 1000
_SEPARATOR: Final = "; "
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class _TagTable:
    """Export ids of taxonomies by pk, in the order of their columns, and the tags for each object and taxonomy."""

    columns: dict[int, str]
    values: dict[tuple[str, int], list[str]]

    def row(self, title: str, object_type: str, object_id: str) -> list[str]:
        cells = (_SEPARATOR.join(self.values.get((object_id, pk), ())) for pk in self.columns)
        return [title, object_type, object_id, *cells]


def export_tags(library_key: LibraryLocatorV2, *, user: Actor) -> Iterator[str]:
    """
    List the tags of a library and of objects in it. Needs VIEW.

    Returns: lines of CSV: the names of the columns (name, type, id, then one taxonomy each, by export id), the library,
    and each component, container and enabled collection that is not deleted. Tags are separated by semicolons. Needs a
    constant number of queries for each thousand items.
    Raises NotFoundError and NotAllowedError, before the first line is read.
    """
    library = access_library(user, library_key, Permission.VIEW)
    return _csv_lines(_rows(library, _tag_table(user, library_key)))


def _rows(library: ContentLibrary, tags: _TagTable) -> Iterator[list[str]]:
    yield ["Name", "Type", "ID", *tags.columns.values()]
    yield tags.row(library.title, "library", str(library.library_key))
    learning_package_pk = package_pk(library)
    for item in _live_items(learning_package_pk, library.library_key):
        if item.draft is not None:
            yield tags.row(item.draft.title, _type_of(item.key), str(item.key))
    codes = learning_core.collection_codes_of(learning_package_pk)
    for collection in learning_core.collection_states(learning_package_pk, codes):
        if collection.enabled:
            key = LibraryCollectionLocator(library.library_key, collection.code)
            yield tags.row(collection.title, "collection", str(key))


def _type_of(key: ItemKey) -> str:
    item_type: str = key.container_type if isinstance(key, LibraryContainerLocator) else key.block_type
    return item_type


def _live_items(learning_package_pk: int, library_key: LibraryLocatorV2) -> Iterator[ItemStatus]:
    after = 0
    while pks := learning_core.entity_pks_after(learning_package_pk, after, limit=_BATCH):
        statuses = learning_core.item_statuses(learning_package_pk, pks, library_key=library_key)
        yield from (statuses[pk] for pk in pks if pk in statuses)
        after = pks[-1]


def _tag_table(user: Actor, library_key: LibraryLocatorV2) -> _TagTable:
    table = _TagTable({}, {})
    rows = (
        ObjectTag.objects.filter(in_library(library_key), taxonomy__in=visible_taxonomies(user), taxonomy__enabled=True)
        .exclude(tag=None, taxonomy__allow_free_text=False)
        .order_by("taxonomy__name", "taxonomy", VALUE)
        .values_list("object_id", "taxonomy", "taxonomy__export_id", VALUE)
    )
    for object_id, taxonomy_pk, export_id, value in rows:
        table.columns[taxonomy_pk] = export_id
        table.values.setdefault((object_id, taxonomy_pk), []).append(value)
    return table


def _csv_lines(rows: Iterable[list[str]]) -> Iterator[str]:
    for row in rows:
        line = StringIO()
        csv.writer(line, quoting=csv.QUOTE_ALL).writerow(_as_text(cell) for cell in row)
        yield line.getvalue()


def _as_text(cell: str) -> str:
    """Quote a text of an author, so that spreadsheets do not run it as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
