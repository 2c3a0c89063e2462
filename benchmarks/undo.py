"""
The undo of the import of a course, its redo, and a bulk edit of all problems of the course with its undo, each beside
the import itself, in the same run. All have been done once with a small course before, as in a worker that has been
there for a while. The bulk edit runs the code of each problem, here in the process of the site, so that its
time is counted.

``python -m benchmarks.undo [ARCHIVE]``
"""

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; printing is what a benchmark is for

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from content_libraries.actors import OPERATOR

from .scratch import Measurement, measured, shared_data, start_site

start_site()

from django.test import override_settings

from content_libraries import api
from content_libraries.history import api as history
from content_libraries.history.api import ChangeKind
from content_libraries.keys import LibraryLocatorV2

DEMO = Path(__file__).resolve().parents[1] / "studio" / "demo" / "course"


def main(source: Path) -> None:
    print(f"{source.name}, at section level, on a new SQLite file\n")
    everything(DEMO, "warm")
    imported, *others = everything(source, "undo")
    for other in others:
        print(f"{other.name}: ratio {other.busy / imported.busy:.3f}")


def everything(source: Path, slug: str) -> list[Measurement]:
    """Measure the import, and then what can be done with it, in an order in which each finds what it needs."""
    key = api.create_library(user=OPERATOR, org="Bench", slug=slug, title="Undo").library_key
    options = api.ImportOptions(level=api.Level.SECTION, make_collection=True)
    problems = history.Selection(key, block_types=("problem",))
    edit = history.SettingsEdit({"max_attempts": 3})
    return [
        measure("import_archive: read, plan, write, index", lambda: import_course(key, source, options)),
        measure("preview of its undo", lambda: history.preview_undo(newest(key, ChangeKind.IMPORT), user=OPERATOR)),
        measure("undo", lambda: undo(key, ChangeKind.IMPORT)),
        measure("redo", lambda: undo(key, ChangeKind.UNDO)),
        measure("bulk edit of all problems", lambda: history.apply_bulk_edit(problems, edit, user=OPERATOR)),
        measure("undo of the bulk edit", lambda: undo(key, ChangeKind.BULK_EDIT)),
    ]


def import_course(key: LibraryLocatorV2, source: Path, options: api.ImportOptions) -> None:
    api.import_archive(key, user=OPERATOR, source=source, options=options)


def undo(key: LibraryLocatorV2, kind: ChangeKind) -> None:
    history.undo_change_set(newest(key, kind), user=OPERATOR)


def newest(key: LibraryLocatorV2, kind: ChangeKind) -> UUID:
    return history.list_change_sets(key, user=OPERATOR, kind=kind)[0:1][0].uuid


def measure(name: str, action: Callable[[], object]) -> Measurement:
    """Measure an action with the indexing that follows it."""
    with measured(name) as measurement, override_settings(CONTENT_LIBRARIES_BLOCK_PROCESSES=0):
        action()
    print(measurement, flush=True)
    return measurement


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else shared_data() / "harvardx-studio-advanced.tar.gz")
