"""Whatever authors do in a library and in a course, syncs keep their promises."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.sync import api as sync
from content_libraries.sync.data import SyncPlan

from .building import COURSE_KEY, ROOT, Author, Shelf, block, body, edit

COMPONENTS = ("t1", "t2", "p1", "p2")
UNITS = ("unit1", "unit2")
MORE_COMPONENTS = (*COMPONENTS, "t3", "p3")

names = st.sampled_from(MORE_COMPONENTS)
LIBRARY_EDITS = st.one_of(
    st.tuples(st.just("edit"), names, st.text("ab<&'\"", max_size=5)),
    st.tuples(st.just("arrange"), st.sampled_from(UNITS), st.lists(names, max_size=5)),
    st.tuples(st.just("nest"), st.just("sub1"), st.lists(st.sampled_from(UNITS), max_size=3)),
    st.tuples(st.just("delete"), names, st.none()),
    st.tuples(st.just("publish"), st.none(), st.none()),
)
COURSE_EDITS = st.tuples(st.sampled_from(["title", "text", "attempts"]), st.integers(0, 20), st.text("xy", max_size=3))
STORIES = st.lists(
    st.tuples(st.lists(LIBRARY_EDITS, max_size=5), st.lists(COURSE_EDITS, max_size=3)), min_size=1, max_size=3
)

few = settings(
    max_examples=10,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # an example writes hundreds of rows: shrinking takes hours
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def change_library(shelf: Shelf, kind: str, name: Any, value: Any) -> None:
    match kind:
        case "edit":
            shelf.component(name, title=f"T{value}", body=f"<p>{len(value)}</p>", max_attempts=str(len(value)))
        case "arrange" | "nest":
            shelf.container(name, *value, title=name)
        case "delete":
            shelf.delete(name)
        case _:
            shelf.publish()


def change_course(top: UsageKey, kind: str, number: int, value: str) -> None:
    blocks = [key for key, _depth in api.get_structure(COURSE_KEY, user=None).walk(top)]
    key = blocks[number % len(blocks)]
    if kind == "title":
        edit(key, display_name=f"mine {value}")
    elif kind == "text" and key.block_type == "html":
        edit(key, text=f"mine {value}")
    elif kind == "attempts" and key.block_type == "problem":
        edit(key, max_attempts=str(len(value) + 50))


def state(top: UsageKey) -> dict[UsageKey, tuple[str, tuple[UsageKey, ...]]]:
    """What the course says and holds below a block."""
    found = api.get_course_tree(COURSE_KEY, user=None, top=top)
    return {block.usage_key: (block.olx, block.children) for block, _depth in found}


def overrides(top: UsageKey) -> dict[UsageKey, tuple[str, str]]:
    """The local titles and texts, and the attempts, of all blocks."""
    local = {}
    for found, _depth in api.get_course_tree(COURSE_KEY, user=None, top=top):
        customized = found.settings.get("downstream_customized", "")
        title = found.title if "display_name" in customized else ""
        text = body(found.usage_key) if "data" in customized else ""
        attempts = found.settings.get("max_attempts") if found.usage_key.block_type == "problem" else ""
        local[found.usage_key] = (f"{title}|{attempts}", text)
    return local


def told(plan: SyncPlan) -> tuple[set[UsageKey], int]:
    """Which blocks a plan says go, and how many come."""
    gone = {step.usage_key for step in plan.steps if step.action == sync.SyncAction.DELETE}
    return gone, sum(step.action == sync.SyncAction.CREATE for step in plan.steps)


def every_promise(shelf: Shelf, top: UsageKey, user: User) -> None:
    before, mine = state(top), overrides(top)
    plan = sync.preview_sync(top, user=user)
    assert state(top) == before
    done = sync.sync_block(top, user=user, fingerprint=plan.fingerprint).plan
    after = state(top)
    gone, created = told(plan)
    assert before.keys() - after.keys() == gone
    assert len(after.keys() - before.keys()) == created == len(done.created)
    kept = overrides(top)
    assert {key: kept[key] for key in mine if key in kept} == {key: mine[key] for key in mine if key in kept}
    assert sync.preview_sync(top, user=user).changes.changes == ()
    sync.sync_block(top, user=user)
    assert state(top) == after
    assert sync.get_link(top, user=user).ready is False
    assert sync.check_links(None, repair=False) == []


many = settings(few, max_examples=30)


def tell(author: Author, shelf: Shelf, story: Any) -> None:
    """Let authors do in library and course what a story says; after each part of it, every promise holds."""
    with transaction.atomic():
        shelf.component("p2", title="Problem two")
        shelf.component("t3", title="Text three")
        shelf.component("p3", title="Problem three")
        shelf.publish()
        top = author.create(shelf.key("sec1"), ROOT)
        for library_edits, course_edits in story:
            for change in library_edits:
                change_library(shelf, *change)
            for number in course_edits:
                change_course(top, *number)
            shelf.publish()
            every_promise(shelf, top, author.user)
        transaction.set_rollback(True)


def decline_after(author: Author, shelf: Shelf, edits: Any) -> None:
    """Decline what edits of the library offer: nothing is different, and nothing is offered any more."""
    with transaction.atomic():
        for name in ("p2", "t3", "p3"):
            shelf.component(name)
        shelf.publish()
        top = author.create(shelf.key("sec1"), ROOT)
        for change in edits:
            change_library(shelf, *change)
        shelf.publish()
        before = {key: (body(key), block(key).title, children) for key, (_olx, children) in state(top).items()}
        sync.decline_update(top, user=author.user)
        assert {key: (body(key), block(key).title, children) for key, (_o, children) in state(top).items()} == before
        assert author.ready() == []
        transaction.set_rollback(True)


@few
@given(story=STORIES)
def test_syncs_keep_local_changes_and_keys_do_what_they_showed_and_are_done_after_once(
    author: Author, shelf: Shelf, story: Any
) -> None:
    tell(author, shelf, story)


@pytest.mark.slow
@many
@given(story=STORIES)
def test_so_do_many_more_syncs(author: Author, shelf: Shelf, story: Any) -> None:
    tell(author, shelf, story)


@few
@given(edits=st.lists(LIBRARY_EDITS, max_size=6))
def test_a_declined_update_changes_nothing_and_is_not_offered_again(author: Author, shelf: Shelf, edits: Any) -> None:
    decline_after(author, shelf, edits)


@pytest.mark.slow
@many
@given(edits=st.lists(LIBRARY_EDITS, max_size=6))
def test_so_do_many_more_updates(author: Author, shelf: Shelf, edits: Any) -> None:
    decline_after(author, shelf, edits)
