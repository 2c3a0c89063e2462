"""
A process that imports a course and is killed in the middle of it.

``python -m tests.journeys.killed_import SOURCE LIBRARY_KEY COUNT``: the process sends itself SIGKILL at its COUNTth
writing query, as a power cut or an out-of-memory killer would. With COUNT 0 it lives, and prints how many writing
queries there were.
"""

from __future__ import annotations

import sys

import django

from content_libraries.actors import OPERATOR

django.setup()

from django.db import connection  # noqa: E402 - Django has to be set up first

from content_libraries import api  # noqa: E402

from .dying import DyingAt  # noqa: E402


def main(source: str, library_key: str, die_at: int) -> int:
    dying = DyingAt(die_at)
    with connection.execute_wrapper(dying):
        api.import_archive(
            api.library_key(library_key),
            user=OPERATOR,
            source=source,
            options=api.ImportOptions(level=api.Level.SECTION),
            publish=True,
        )
    return dying.writes


if __name__ == "__main__":
    sys.stdout.write(str(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
