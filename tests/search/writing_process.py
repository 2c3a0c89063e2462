"""
Run by a test as a process of its own: writes documents to an index, one call for each.

Usage: ``python -m tests.search.writing_process FOLDER NAME COUNT``
"""

from __future__ import annotations

import sys
from pathlib import Path

from content_libraries.search.engines.embedded import EmbeddedEngine


class PatientEngine(EmbeddedEngine):
    patience = 60.0


def main(folder: str, name: str, count: str) -> None:
    engine = PatientEngine(Path(folder))
    engine.prepare()
    for number in range(int(count)):
        engine.update([{"id": f"{name}{number}", "display_name": f"{name} {number}", "context_key": name}])


if __name__ == "__main__":
    main(*sys.argv[1:])
