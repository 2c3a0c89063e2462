"""Pages of courses: the list, and a course with the updates that libraries offer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from opaque_keys.edx.keys import UsageKey

from ...courses import api as courses
from ...courses.api import CoursePermission
from ...keys import CourseKey
from ...sync import api as sync
from ..components import TreeNode
from ..decorators import page
from ..forms import WorkbenchForm
from ..lists import PAGE_SIZE, page_of
from ..navigation import course_crumbs, course_tabs
from ..rendering import render_page

_MOST_NODES: Final = 300
"""How many blocks the outline on the page of a course shows."""


class CourseFilters(WorkbenchForm):
    """The search of the list."""

    q = forms.CharField(label=gettext_lazy("Search courses"), required=False, max_length=200)


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A block of the course for which a library offers an update."""

    title: str
    upstream: str
    url: str
    is_edited: bool


@page
def course_list(request: HttpRequest) -> HttpResponse:
    """List the courses that the user may view."""
    filters = CourseFilters(request.GET)
    search = filters.cleaned_data["q"] if filters.is_valid() else ""
    found = courses.viewable_courses(request.user)
    if search:
        found = found.filter(display_name__icontains=search) | found.filter(id__icontains=search)
    context = {"filters": filters, "is_filtered": bool(search), "page_obj": page_of(request, found)}
    return render_page(request, "courses/list.html", context, place="courses", part="courses/results.html")


@page
def course_view(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Show a course: the libraries that it uses, the updates that they offer, and its outline."""
    course = courses.access_course(request.user, course_key, CoursePermission.VIEW)
    structure = courses.get_structure(course_key, user=request.user)
    titles = {str(key): block.title for key, block in structure.blocks.items()}
    links = sync.list_links(user=request.user, course_key=course_key)
    offered = [one for one in links if one.is_ready and one.top_level is None]  # parts are reviewed with their top
    shown = Paginator(offered, PAGE_SIZE).get_page(request.GET.get("page"))
    nodes = _Outline(structure.children, titles, {one.row.downstream_key for one in links})
    context = {
        "course": course,
        "context_key": course_key,
        "course_tabs": course_tabs(course_key, "course"),
        "summaries": sync.summarize_course(course_key, user=request.user),
        "page_obj": shown,
        "offers": [_offer(course_key, one, titles) for one in shown],
        "nodes": nodes.below(structure.root),
        "is_outline_cut": nodes.is_cut,
    }
    return render_page(request, "courses/course.html", context, place="courses", crumbs=course_crumbs())


def _offer(course_key: CourseKey, one: sync.Standing, titles: Mapping[str, str]) -> OfferRow:
    row = one.row
    return OfferRow(
        title=titles.get(row.downstream_key, row.downstream_key),
        upstream=row.upstream_key,
        url=reverse("workbench:update", args=[course_key, row.downstream_key]),
        is_edited=bool(row.customized) or row.downstream_edited,
    )


class _Outline:
    """Makes the nodes of an outline, up to a number of blocks."""

    def __init__(
        self, children: Mapping[UsageKey, tuple[UsageKey, ...]], titles: Mapping[str, str], linked: set[str]
    ) -> None:
        self.children = children
        self.titles = titles
        self.linked = linked
        self.left = _MOST_NODES
        self.is_cut = False

    def below(self, key: UsageKey) -> tuple[TreeNode, ...]:
        """Return the nodes below a block."""
        found = []
        for child in self.children.get(key, ()):
            if self.left <= 0:
                self.is_cut = True
                break
            self.left -= 1
            found.append(self._node(child))
        return tuple(found)

    def _node(self, key: UsageKey) -> TreeNode:
        return TreeNode(
            label=self.titles.get(str(key), key.block_id),
            kind=key.block_type,
            note=str(_FROM_LIBRARY) if str(key) in self.linked else "",
            children=self.below(key),
            is_open=key.block_type == "chapter",
        )


_FROM_LIBRARY: Final = gettext_lazy("from a library")
