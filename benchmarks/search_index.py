"""
Filling the index with a library, and updating 1 and 100 documents in it, beside tantivy alone, which is given the same
documents ready-made in the same run. Ours reads them from the database, follows the checkpoints, and commits each
batch, so that it is found at once.

``python -m benchmarks.search_index [DOCUMENTS…]``
"""

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; printing is what a benchmark is for

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from statistics import median

from content_libraries.actors import OPERATOR

from .scratch import Measurement, measured, start_site

start_site()

import tantivy

from content_libraries import api
from content_libraries.learning_core.api import ENTITIES_DRAFT_CHANGED, write_drafts
from content_libraries.search import api as search
from content_libraries.search.engine import Document, current_engine
from content_libraries.search.engines.embedded import EmbeddedEngine
from content_libraries.search.engines.embedded.schema import ID, make_schema, to_row
from content_libraries.search.receivers import follow_draft_changes

HEAP_BYTES = 50_000_000
REPEATS = 7
TEXT = "Light travels in straight lines until something bends, scatters or swallows it. " * 6


def main(documents: int) -> None:
    engine = current_engine()
    assert isinstance(engine, EmbeddedEngine)
    library = api.create_library(user=OPERATOR, org="Bench", slug=f"s{documents}", title="Search")
    assert library.learning_package_id is not None
    package_pk: int = library.learning_package_id
    write(package_pk, range(documents), "First")
    with measured(f"ours: {documents:,} documents") as ours:
        done = search.refresh(library.library_key)
    assert done.updated == documents
    ready_made = list(engine.documents_of(str(library.library_key)))
    with tempfile.TemporaryDirectory() as folder:
        index = tantivy.Index(make_schema(), path=folder)
        with measured(f"tantivy: {documents:,} documents") as theirs:
            put(index, ready_made)
        compare(ours, theirs, documents)
        for count in (1, 100):

            def update(number: int, count: int = count) -> Callable[[], object]:
                write(package_pk, range(count), f"Edit {number}")
                return lambda: search.catch_up(package_pk)

            compare(
                repeated(f"ours: update {count} of them", update),
                repeated(f"tantivy: update {count} of them", lambda _n, c=count: lambda: put(index, ready_made[:c])),
                count,
            )


def write(package_pk: int, numbers: range, title: str) -> None:
    """Write components. The index is not updated, because updating it is measured alone."""
    components = [
        api.ComponentWrite("html", f"c{number}", f"{title} {number}", f"<html><p>{TEXT} {number} {title}</p></html>")
        for number in numbers
    ]
    ENTITIES_DRAFT_CHANGED.disconnect(follow_draft_changes)
    write_drafts(package_pk, components=components, containers=[], author_pk=None)
    ENTITIES_DRAFT_CHANGED.connect(follow_draft_changes)


def put(index: tantivy.Index, documents: list[Document]) -> None:
    writer = index.writer(HEAP_BYTES, num_threads=1)
    for document in documents:
        writer.delete_documents_by_term(ID, document["id"])
        writer.add_document(to_row(document))
    writer.commit()
    writer.wait_merging_threads()


def repeated(name: str, prepare: Callable[[int], Callable[[], object]]) -> Measurement:
    """Return the median of several runs. The time of ``prepare`` is not measured."""
    runs: list[Measurement] = []
    for number in range(REPEATS):
        work = prepare(number)
        with measured(name) as run:
            work()
        runs.append(run)
    return Measurement(name, median(run.seconds for run in runs), queries=runs[-1].queries)


def compare(ours: Measurement, theirs: Measurement, documents: int) -> None:
    for one in (ours, theirs):
        print(f"{one.name:40} {one.seconds * 1000:10.1f} ms {documents / one.seconds:9,.0f}/s {one.queries:6,} queries")
    print(f"{'ratio of the time':40} {ours.seconds / theirs.seconds:10.2f}", flush=True)


if __name__ == "__main__":
    for size in map(int, sys.argv[1:] or ("10000", "100000")):
        main(size)
