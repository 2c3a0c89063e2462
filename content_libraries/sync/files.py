"""Files of library items on their way into courses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from ..learning_core import api as learning_core


def bytes_of(
    sources: Mapping[str, int], made: Mapping[str, bytes]
) -> Callable[[Collection[str]], Iterator[tuple[str, bytes]]]:
    """Gives the bytes of files: those that were made for a plan, and others from the libraries that have them."""

    def read(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((digest, made[digest]) for digest in digests if digest in made)
        stored = [digest for digest in digests if digest not in made]
        for package_pk, wanted in _by_package(sources, stored).items():
            yield from learning_core.stored_bytes(package_pk)(wanted)

    return read


def _by_package(sources: Mapping[str, int], digests: Collection[str]) -> dict[int, list[str]]:
    by_package: dict[int, list[str]] = {}
    for digest in digests:
        by_package.setdefault(sources[digest], []).append(digest)
    return by_package
