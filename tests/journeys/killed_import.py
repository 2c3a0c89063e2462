"""
A process that imports a course and is killed in the middle of it.

``python -m tests.journeys.killed_import SOURCE LIBRARY_KEY COUNT``: the process sends itself SIGKILL at its COUNTth
writing query, as a power cut or an out-of-memory killer would. With COUNT 0 it lives, and prints how many writing
queries there were.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 - Django has to be set up first

from content_libraries import api  # noqa: E402


def main(source: str, library_key: str, die_at: int) -> int:
    writes = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal writes
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            writes += 1
            if writes == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        api.import_archive(
            api.library_key(library_key),
            user=None,
            source=source,
            options=api.ImportOptions(level=api.Level.SECTION),
            publish=True,
        )
    return writes


if __name__ == "__main__":
    sys.stdout.write(str(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
