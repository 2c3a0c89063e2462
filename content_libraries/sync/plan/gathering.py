"""Gathers everything that a sync plan is made from. All queries of a plan are made here and in ``linked_course``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from opaque_keys.edx.keys import UsageKey

from ...courses.api import CourseFile, private_name
from ...learning_core import api as learning_core
from ...tagging.api import TagCopy, plan_tag_copies
from ..link.upstreams import Contents, read_contents
from .block_olx import STATIC, own_files
from .linked_course import LinkedCourse
from .matching import Place
from .transcripts import with_srt_transcripts


@dataclass(frozen=True, slots=True)
class TopPlace:
    """
    The place of a top-level block, with the places of its parts below it.

    Args:
        parent, index: where the block is created, if it is new.
    """

    place: Place
    parent: UsageKey | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """
    The data from which the plan of a sync is made.

    Args:
        course: the blocks of the course, and the published items that they are linked to.
        tops: the places of the blocks to sync.
        bases: usage key -> pk of the version of the library item that was synced last, if it is known.
        base_titles: pk of such a version -> its title.
        contents: OLX, files and settings of the published versions, and of the versions that were synced last.
        course_files: path -> file of the course; empty if no block to sync has files.
        earlier_files: (entity pk, path, digest) of the files in any version of the items whose files return.
        tags: usage key -> the tags that the sync adds to the block and takes from it.
    """

    course: LinkedCourse
    tops: Sequence[TopPlace]
    bases: Mapping[UsageKey, int]
    base_titles: Mapping[int, str]
    contents: Contents
    course_files: Mapping[str, CourseFile]
    earlier_files: AbstractSet[tuple[int, str, str]]
    tags: Mapping[str, TagCopy]

    def files_from_library(self, place: Place) -> dict[str, str]:
        """Return the files that the block of a place got from its library item: name -> digest."""
        base = own_files(self.contents.files.get(self.bases.get(place.usage_key, 0), ()))
        moved = {} if place.is_new else self.course.links[place.usage_key].moved_files
        return {name: file.digest for name, file in base.items()} | dict(moved)

    def has_returning_files(self, place: Place) -> bool:
        """
        Return whether the course has a file of the published version that the synced version did not have.

        Such a file may be from a version before the synced one, and then is not an author's file.
        """
        published = own_files(self.contents.files.get(place.item.version_pk, ()))
        names = published.keys() - self.files_from_library(place).keys()
        return any(course_path(place, name) in self.course_files for name in names)


def gather_facts(course: LinkedCourse, tops: Sequence[TopPlace]) -> PlanFacts:
    """
    Read the input of the plan for these places, in a few queries for each library.

    Args:
        course: the blocks of the course, and the published items that they are linked to.
        tops: the places of the blocks to sync, matched with library items.
    """
    places = [place for top in tops for place in top.place.walk()]
    bases = _base_versions(course, places)
    packages = {place.item.version_pk: place.item.package_pk for place in places}
    packages |= {bases[place.usage_key]: place.item.package_pk for place in places if place.usage_key in bases}
    contents = with_srt_transcripts(read_contents(packages.keys()), packages)
    has_files = any(own_files(contents.files.get(place.item.version_pk, ())) for place in places)
    facts = PlanFacts(
        course=course,
        tops=tops,
        bases=bases,
        base_titles=learning_core.version_titles(bases.values()),
        contents=contents,
        course_files=course.read_files() if has_files else {},
        earlier_files=frozenset(),
        tags=plan_tag_copies({str(place.usage_key): str(place.item.key) for place in places}),
    )
    returning = {place.item.pk for place in places if facts.has_returning_files(place)}
    return replace(facts, earlier_files=learning_core.files_ever(returning))


def course_path(place: Place, name: str) -> str:
    """Return the path in the course of a file that belongs to the block of a place."""
    return f"{STATIC}{private_name(place.usage_key, name)}"


def _base_versions(course: LinkedCourse, places: Iterable[Place]) -> dict[UsageKey, int]:
    wanted: dict[UsageKey, tuple[int, int]] = {}
    for place in places:
        synced = None if place.is_new else course.links[place.usage_key].version_synced
        if synced is not None:
            wanted[place.usage_key] = (place.item.pk, synced)
    found = learning_core.numbered_versions(wanted.values())
    return {key: found[pair] for key, pair in wanted.items() if pair in found}
