"""
A worker without a broker that is killed in the middle of an import.

``python -m tests.journeys.killed_job JOB COUNT`` does what is left of a job, and sends itself SIGKILL at its COUNTth
writing query, as an out-of-memory killer would; with COUNT 0 it lives.
"""

from __future__ import annotations

import sys

import django

django.setup()

from django.db import connection  # noqa: E402 - Django has to be set up first

from content_libraries.imports.tasks import run_import  # noqa: E402

from .dying import DyingAt  # noqa: E402


def main(job_uuid: str, die_at: int) -> None:
    with connection.execute_wrapper(DyingAt(die_at)):
        run_import.run(job_uuid)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
