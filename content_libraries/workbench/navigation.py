"""The places that every page leads to: the main navigation, and the tabs of a library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from ..keys import CourseKey, LibraryLocatorV2
from ..libraries import api as libraries
from ..libraries.api import ContentLibrary, Permission


@dataclass(frozen=True, slots=True)
class Place:
    """
    A page that the navigation leads to.

    Args:
        name: the name of the URL, without the namespace. Views name their place by it.
        label: the text of the link.
    """

    name: str
    label: Promise


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page: in the navigation, or in the path above the heading."""

    label: str
    url: str
    is_current: bool = False


MAIN: Final = (
    Place("libraries", gettext_lazy("Libraries")),
    Place("courses", gettext_lazy("Courses")),
)
"""The main navigation. All users see it."""

LIBRARY_TABS: Final = (
    Place("library", gettext_lazy("Content")),
    Place("library-outline", gettext_lazy("Outline")),
    Place("library-collections", gettext_lazy("Collections")),
    Place("library-changes", gettext_lazy("Changes")),
    Place("library-publish", gettext_lazy("Publish")),
    Place("library-releases", gettext_lazy("Releases")),
    Place("library-replace", gettext_lazy("Find and replace")),
    Place("imports", gettext_lazy("Import")),
    Place("library-backups", gettext_lazy("Backup")),
    Place("library-team", gettext_lazy("Team")),
    Place("library-settings", gettext_lazy("Settings")),
)
"""The tabs of a library. Each URL takes the key of the library, and nothing else."""


COURSE_TABS: Final = (
    Place("course", gettext_lazy("Updates")),
    Place("course-changes", gettext_lazy("Changes")),
    Place("course-replace", gettext_lazy("Find and replace")),
    Place("course-bulk-settings", gettext_lazy("Settings of many items")),
)
"""The tabs of a course. Each URL takes the key of the course, and nothing else."""


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """
    The context that all pages of one library have in common.

    Args:
        library: the library.
        key: its key.
        title: its title.
        tabs: links to its other pages.
    """

    library: ContentLibrary
    key: LibraryLocatorV2
    title: str
    tabs: tuple[Link, ...]

    @property
    def crumbs(self) -> tuple[Link, ...]:
        return (
            Link(str(MAIN[0].label), reverse("workbench:libraries")),
            Link(self.title, reverse("workbench:library", args=[self.key])),
        )


def course_crumbs(course_key: CourseKey | None = None) -> tuple[Link, ...]:
    """Return the path above the pages of courses, or above the pages of one course."""
    found = [Link(gettext("Courses"), reverse("workbench:courses"))]
    if course_key is not None:
        found.append(Link(str(course_key), reverse("workbench:course", args=[course_key])))
    return tuple(found)


def course_tabs(course_key: CourseKey, current: str) -> tuple[Link, ...]:
    """Return links to the pages of a course. ``current`` is the name of the place that the page belongs to."""
    return tuple(
        Link(str(place.label), reverse(f"workbench:{place.name}", args=[course_key]), place.name == current)
        for place in COURSE_TABS
    )


def main_links(current: str) -> tuple[Link, ...]:
    """Return the links of the main navigation. ``current`` is the name of the place that the page belongs to."""
    return tuple(Link(str(place.label), reverse(f"workbench:{place.name}"), place.name == current) for place in MAIN)


def library_page(
    request: HttpRequest, library_key: LibraryLocatorV2, *, tab: str, permission: Permission = Permission.VIEW
) -> LibraryPage:
    """
    Return what a page of a library needs, for a user with this permission.

    Args:
        tab: the name of the place in LIBRARY_TABS that the page belongs to.

    Raises NotFoundError and NotAllowedError.
    """
    library = libraries.access_library(request.user, library_key, permission)
    tabs = tuple(
        Link(str(place.label), reverse(f"workbench:{place.name}", args=[library_key]), place.name == tab)
        for place in LIBRARY_TABS
    )
    return LibraryPage(library, library_key, library.title, tabs)
