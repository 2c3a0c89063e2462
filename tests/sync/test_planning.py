"""Plans of syncs: they are written from facts that were read before."""

from __future__ import annotations

from pytest_django import DjangoAssertNumQueries

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.sync.plan.gathering import TopPlace, gather_facts
from content_libraries.sync.plan.linked_course import LinkedCourse
from content_libraries.sync.plan.matching import Place, match
from content_libraries.sync.plan.steps import write_plan

from .building import COURSE_KEY, SUBSECTION, Author, Shelf, child, edit

PICTURE = b"GIF89a"


def test_a_plan_is_written_without_queries(
    author: Author, shelf: Shelf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION, category="vertical")
    edit(child(unit, 0), display_name="Local title")
    shelf.component("t1", title="New", body='<img src="/static/a.gif">', files={"a.gif": PICTURE})
    shelf.component("t3", title="Text three")
    shelf.container("unit1", "t3", "t1", title="Another title")
    shelf.publish()

    course = LinkedCourse(COURSE_KEY, [unit])
    place = Place(course.upstreams.items[course.upstream_of[unit]], unit, is_new=False)
    match(
        place,
        items=course.upstreams.items,
        structure=course.structure,
        upstream_of=course.upstream_of,
        new_key=lambda block_type: COURSE_KEY.make_usage_key(block_type, "new"),
    )
    facts = gather_facts(course, [TopPlace(place)])
    with django_assert_num_queries(0):
        plan = write_plan(facts, override=False, keep=frozenset())

    shown = [(step.action, step.reason, step.upstream) for step in plan.steps]
    assert shown == [(step.action, step.reason, step.upstream) for step in api.preview_sync(unit, user=OPERATOR).steps]
    assert {action.value for action, _reason, _item in shown} == {"take", "create", "delete", "asset", "keep_local"}
