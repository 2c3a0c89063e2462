"""
Follows the links of an archive without leaving it.

A link to a file of the archive is read as this file, and a link to a folder as the files in it. Only names of the
archive are compared, nothing is looked up on a disk: a link that leads anywhere else stands for nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..translation import gettext as _
from .data import Limits
from .entries import SYMBOLIC_LINK, Entry
from .errors import ArchiveTooLargeError

__all__ = ["FollowedLinks", "Steps", "follow", "steps_of"]

_MAX_TARGET_CHARS: Final = 1024
_MAX_STEPS: Final = 64
_MAX_CHAIN: Final = 40
"""Links that lead to links, as many as Linux follows."""

type Steps = Sequence[str] | None
"""The names on the way from the top of the archive to what a link stands for; None if it leads out of the archive."""


@dataclass(frozen=True, slots=True)
class FollowedLinks:
    """
    The files that the links of an archive lead to.

    ``files`` maps paths of links, and of files in linked folders, to the regular files that they stand for. ``skipped``
    are links that stand for nothing in the archive.
    """

    files: Mapping[str, str]
    skipped: tuple[str, ...]


def steps_of(path: str, link: Entry) -> Steps:
    """
    Return the names on the way from the top of the archive to the target of a link.

    Args:
        path: the path of the link. The target of a symbolic link is relative to its folder.
        link: the link as the archive describes it.
    """
    if len(link.target) > _MAX_TARGET_CHARS or link.target.startswith("/"):
        return None
    folder = path.rpartition("/")[0] if link.kind == SYMBOLIC_LINK else ""
    steps = [step for step in (*folder.split("/"), *link.target.split("/")) if step not in {"", "."}]
    return steps if len(steps) <= _MAX_STEPS else None


def follow(links: Mapping[str, Steps], files: Iterable[str], limits: Limits, archive: str) -> FollowedLinks:
    """
    Find the files that links lead to.

    Links in a linked folder count only if they lead to files, so that no circle of folders unfolds without end.

    Args:
        links: paths of links -> see Steps.
        files: paths of the regular files of the archive.
        limits: files in linked folders count as members of the archive.
        archive: the name of the archive, for messages.

    Raises ArchiveTooLargeError.
    """
    if not links:
        return FollowedLinks({}, ())
    walker = _Walker(links)
    places = {link: walker.place_of(link) for link in sorted(links)}
    regular = frozenset(files)
    to_files = {link: place for link, place in places.items() if place in regular}
    ordered = sorted(regular | to_files.keys())
    found = dict(to_files)
    skipped = []
    for link, place in places.items():
        if link in to_files:
            continue
        inside = list(_below(ordered, place)) if place and not f"{link}/".startswith(f"{place}/") else []
        if len(found) + len(inside) > limits.members:
            raise ArchiveTooLargeError(
                _("%(archive)s holds more than %(limit)s files and folders: split it.")
                % {"archive": archive, "limit": f"{limits.members:,}"}
            )
        found.update({link + path.removeprefix(place or ""): to_files.get(path, path) for path in inside})
        if not inside:
            skipped.append(link)
    return FollowedLinks(found, tuple(skipped))


def _below(ordered: Sequence[str], folder: str) -> Iterator[str]:
    for number in range(bisect_left(ordered, f"{folder}/"), len(ordered)):
        if not ordered[number].startswith(f"{folder}/"):
            return
        yield ordered[number]


class _Walker:
    """Walks to the targets of links, over links on the way. Each link is followed once."""

    def __init__(self, links: Mapping[str, Steps]) -> None:
        self._links = links
        self._places: dict[str, str | None] = {}

    def place_of(self, link: str, chain: int = 0) -> str | None:
        """Return the path that a link leads to; None if this is outside, in a circle, or too far."""
        if link not in self._places:
            self._places[link] = None  # a circle comes back here, and leads nowhere
            self._places[link] = self._walked(self._links[link], chain)
        return self._places[link]

    def _walked(self, steps: Steps, chain: int) -> str | None:
        if steps is None or chain > _MAX_CHAIN:
            return None
        path: list[str] = []
        for step in steps:
            if step != "..":
                path.append(step)
            elif path:
                path.pop()
            else:
                return None
            here = "/".join(path)
            if here in self._links:
                place = self.place_of(here, chain + 1)
                if place is None:
                    return None
                path = place.split("/") if place else []
            if len(path) > _MAX_STEPS:
                return None
        return "/".join(path)
