"""
Measures the memory of an import, beside the size of its archive.

``python -m benchmarks.import_memory [MEGABYTES]`` imports and publishes an archive with so many pictures of one
megabyte each, every one used by a text. It prints by how much the process grew at its peak.
"""

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; printing is what a benchmark is for

from __future__ import annotations

import io
import os
import resource
import sys
import tarfile
import tempfile
from pathlib import Path

from content_libraries.actors import OPERATOR

from .scratch import start_site

start_site()

from content_libraries import api

MEGABYTE = 1_000_000


def main(megabytes: int) -> None:
    with tempfile.TemporaryDirectory(prefix="content-libraries-benchmark-") as folder:
        source = write_archive(Path(folder) / "course.tar.gz", megabytes)
        library = api.create_library(user=OPERATOR, org="Bench", slug="memory", title="Memory")
        before = peak_megabytes()
        result = api.import_archive(library.library_key, user=OPERATOR, source=source, publish=True)
        print(
            f"{source.stat().st_size / MEGABYTE:.0f} MB archive, {len(result.plan.writes())} components:"
            f" peak memory {peak_megabytes() - before:.0f} MB above start"
        )


def write_archive(path: Path, megabytes: int) -> Path:
    """Write the archive of a course with one picture, and one text that shows it, for each megabyte."""
    texts = "".join(
        f'<html url_name="h{number}">&lt;img src="/static/{number}.png"&gt;</html>' for number in range(megabytes)
    )
    course = f'<course url_name="1" org="Bench" course="Memory">{texts}</course>'.encode()
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        add(archive, "course/course.xml", course)
        for number in range(megabytes):
            add(archive, f"course/static/{number}.png", os.urandom(MEGABYTE))
    return path


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
