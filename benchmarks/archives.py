"""
Backing up and restoring a library: the memory of a large one, and the time beside the loader of openedx-core.

``python -m benchmarks.archives memory [MEGABYTES]`` backs up and restores a library with so many pictures of one
megabyte each. It prints by how much the process grew at its peak, on Linux. ``python -m benchmarks.archives time
[COMPONENTS]`` reads a library with so many components, and a unit for each four of them, into a learning package
without a library, here and with ``load_learning_package``.
"""

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; printing is what a benchmark is for

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from content_libraries.actors import OPERATOR

from .scratch import measured, start_site

start_site()

from django.contrib.auth import get_user_model
from openedx_content import api as content_api

from content_libraries import api
from content_libraries.backups.restoring.staging import restore_staged
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.api import package_pk

MEGABYTE = 1_000_000


def main(what: str, size: int | None) -> None:
    with tempfile.TemporaryDirectory(prefix="content-libraries-benchmark-") as folder:
        if what == "memory":
            measure_memory(Path(folder), size or 500)
        else:
            measure_time(Path(folder), size or 1000)


def measure_memory(folder: Path, megabytes: int) -> None:
    key = make_library("large", pictures=megabytes)
    path = folder / "large.zip"
    before = forget_peak()
    api.write_backup(key, path, user=OPERATOR, origin="bench")
    backup = memory_megabytes("VmHWM") - before
    before = forget_peak()
    restore(path, "again")
    print(
        f"{path.stat().st_size / MEGABYTE:.0f} MB archive: peak memory {backup:.0f} MB above start for the backup,"
        f" {memory_megabytes('VmHWM') - before:.0f} MB for the restore"
    )


def forget_peak() -> float:
    """Let Linux count the peak of this process from now on. Returns what the process has now."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory_megabytes("VmRSS")


def memory_megabytes(name: str) -> float:
    """Read a figure of the memory of this process: VmRSS is what it has, VmHWM the peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / MEGABYTE for line in lines if line.startswith(f"{name}:"))


def measure_time(folder: Path, components: int) -> None:
    restore(back_up("warm", folder, components=8), "warm2")
    user = get_user_model().objects.create_user("bench", email="bench@example.com")
    path = back_up("many", folder, components=components)
    core = folder / "core.zip"
    content_api.create_zip_file("lib:Bench:many", str(core), user=user)
    with measured("restore_staged: verify, store, write, publish") as ours:
        restore_staged(api.read_archive(path), path, user=user)
    with measured("load_learning_package of openedx-core") as theirs:
        content_api.load_learning_package(str(core), user=user)
    print(ours)
    print(theirs)
    print(
        f"\nratio: {ours.seconds / theirs.seconds:.3f} of the time, {ours.busy / theirs.busy:.3f} of the processor's,"
        f" {ours.queries / theirs.queries:.4f} of the queries ({components + components // 4} items)"
    )


def back_up(slug: str, folder: Path, *, components: int) -> Path:
    path = folder / f"{slug}.zip"
    api.write_backup(make_library(slug, components=components), path, user=OPERATOR, origin="bench")
    return path


def restore(path: Path, slug: str) -> None:
    options = api.RestoreOptions(api.RestoreMode.NEW)
    key = api.library_key(f"lib:Bench:{slug}")
    api.restore_library(key, api.read_archive(path), path, options, user=OPERATOR)


def make_library(slug: str, *, components: int = 0, pictures: int = 0) -> api.LibraryLocatorV2:
    """Make a published library of components with a kilobyte of text, or with a picture of a megabyte each."""
    library = api.create_library(user=OPERATOR, org="Bench", slug=slug, title="Bench")
    if pictures:
        write_pictures(package_pk(library), pictures)
    texts = [
        learning_core.ComponentWrite("html", f"h{number}", f"Text {number}", f"<html>{number} {'text ' * 200}</html>")
        for number in range(components)
    ]
    units = [
        learning_core.ContainerWrite(
            "unit",
            f"u{number}",
            f"Unit {number}",
            tuple(text.entity_ref for text in texts[number * 4 : number * 4 + 4]),
        )
        for number in range(components // 4)
    ]
    learning_core.write_drafts(package_pk(library), components=texts, containers=units, author_pk=None)
    learning_core.publish(package_pk(library), None, author_pk=None)
    return library.library_key


def picture(number: int) -> bytes:
    """Return a megabyte that cannot be compressed."""
    return hashlib.shake_256(str(number).encode()).digest(MEGABYTE)


def write_pictures(learning_package_pk: int, count: int) -> None:
    """Write components with a picture each."""
    numbers = {learning_core.media_digest(picture(number)): number for number in range(count)}

    def file_bytes(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((digest, picture(numbers[digest])) for digest in digests)

    components = [
        learning_core.ComponentWrite(
            "html",
            f"p{number}",
            "Picture",
            "<html/>",
            (learning_core.FileMedia("static/p.png", "image/png", digest, MEGABYTE),),
        )
        for digest, number in numbers.items()
    ]
    learning_core.write_drafts(learning_package_pk, components=components, author_pk=None, file_bytes=file_bytes)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
