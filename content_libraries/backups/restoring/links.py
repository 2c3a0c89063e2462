"""Moves the links of courses to a library that was restored under another key."""

from __future__ import annotations

from dataclasses import dataclass

from ...actors import Actor
from ...courses.api import viewable_courses
from ...errors import ContentLibrariesError, MalformedKeyError
from ...keys import LibraryLocatorV2, course_key, library_key
from ...sync import api as sync
from ..verifying.data import Archive


@dataclass(frozen=True, slots=True)
class MovedLinks:
    """
    The links of one course.

    Args:
        blocks: number of linked blocks, or of blocks whose links have moved.
        left: number of blocks whose links stay, because the library has not published their items.
        error: the reason why no link of the course has moved; blank if they have.
    """

    course_key: str
    blocks: int
    left: int = 0
    error: str = ""


def courses_with_links(archive: Archive, target: LibraryLocatorV2, *, user: Actor) -> list[MovedLinks]:
    """
    List the courses that the user may view and that are linked to the library of the archive.

    The list is empty if the archive is restored under its own key, because its links stay valid.
    """
    source = _source(archive, target)
    if source is None:
        return []
    counts = sync.linked_courses([source]).get(str(source), {})
    visible = {str(key) for key in viewable_courses(user).values_list("id", flat=True)}
    return [MovedLinks(course, count) for course, count in counts.items() if course in visible]


def move_links(archive: Archive, target: LibraryLocatorV2, *, user: Actor) -> list[MovedLinks]:
    """
    Move the links of all courses that the user may view, each course in a change set of its own.

    A course whose links the user may not change is reported, and does not stop the others.
    """
    source = _source(archive, target)
    if source is None:
        return []
    results = []
    for course in courses_with_links(archive, target, user=user):
        try:
            move = sync.move_links(course_key(course.course_key), source=source, target=target, user=user)
        except ContentLibrariesError as error:
            results.append(MovedLinks(course.course_key, 0, course.blocks, error.message))
        else:
            results.append(MovedLinks(course.course_key, len(move.moved), len(move.left)))
    return results


def _source(archive: Archive, target: LibraryLocatorV2) -> LibraryLocatorV2 | None:
    """Return the library of the archive; None if it is the target, or if the archive names none."""
    try:
        source = library_key(archive.package.key)
    except MalformedKeyError:
        return None
    return None if source == target else source
