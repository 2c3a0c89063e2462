"""Whatever authors do in a library and in a course, syncs keep their promises."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.learning_core import api as learning_core
from content_libraries.olx.api import body_of, with_attributes
from content_libraries.sync import api as sync
from content_libraries.sync.api import SyncAction, SyncPlan

from .building import COURSE_KEY, ROOT, Author, Shelf, block, edit, write_unlinked

COMPONENTS = ("t1", "t2", "p1", "p2")
UNITS = ("unit1", "unit2")
MORE_COMPONENTS = (*COMPONENTS, "t3", "p3")
ALL = (*MORE_COMPONENTS, *UNITS, "sub1", "sec1")

names = st.sampled_from(MORE_COMPONENTS)
LIBRARY_EDITS = st.one_of(
    st.tuples(st.just("edit"), names, st.text("ab<&'\"", max_size=5)),
    st.tuples(st.just("arrange"), st.sampled_from(UNITS), st.lists(names, max_size=5)),
    st.tuples(st.just("nest"), st.just("sub1"), st.lists(st.sampled_from(UNITS), max_size=3)),
    st.tuples(st.just("delete"), names, st.none()),
    st.tuples(st.just("publish"), st.none(), st.none()),
)
LOCAL_EDITS = ("title", "text", "attempts", "add", "remove", "shuffle", "twin", "carry")
COURSE_EDITS = st.tuples(st.sampled_from(LOCAL_EDITS), st.integers(0, 20), st.text("xy", max_size=3))
STORIES = st.lists(
    st.tuples(st.lists(LIBRARY_EDITS, max_size=5), st.lists(COURSE_EDITS, max_size=5)), min_size=1, max_size=3
)

type Edit = tuple[str, Any, Any]

ALL_OF_IT: list[tuple[list[Edit], list[Edit]]] = [
    (
        [("edit", "t1", "a"), ("edit", "p1", "b")],
        [("title", 2, "x"), ("title", 3, "x"), ("text", 3, "x"), ("attempts", 4, "x"), ("shuffle", 2, "")],
    ),
    (
        [("arrange", "unit1", ["p1", "t3", "t1"]), ("arrange", "unit2", ["t2", "p2"]), ("edit", "t1", "ab")],
        [("shuffle", 2, ""), ("add", 5, "")],
    ),
    (
        [("arrange", "unit1", ["t3", "t1"]), ("arrange", "unit2", ["t2", "p1", "p2"]), ("edit", "p2", "b")],
        [("twin", 4, ""), ("carry", 7, "")],
    ),
    (
        [("delete", "t3", None), ("nest", "sub1", ["unit2", "unit1", "unit2"])],
        [("remove", 4, ""), ("title", 1, "y")],
    ),
]
"""A story with each kind of edit: what is left to chance may leave one out."""

few = settings(
    max_examples=2,
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
    """Do what authors may, and what they may not but an older course may have."""
    structure = api.get_structure(COURSE_KEY, user=OPERATOR)
    blocks = [key for key, _depth in structure.walk(top)]
    key = blocks[number % len(blocks)]
    holds_blocks, is_top = structure.blocks[key].holds_blocks, key == top
    units = [other for other in blocks if other.block_type == "vertical"]
    new: UsageKey = COURSE_KEY.make_usage_key("html" if kind == "add" else key.block_type, uuid4().hex)
    match kind:
        case "title":
            edit(key, display_name=f"mine {value}")
        case "text" if key.block_type == "html":
            edit(key, text=f"mine {value}")
        case "attempts" if key.block_type == "problem":
            edit(key, max_attempts=str(len(value) + 50))
        case "add" if holds_blocks:
            write_unlinked(api.CreateBlock(new, '<html display_name="Added"/>', parent=key, index=0))
        case "remove" if not is_top:
            write_unlinked(api.DeleteBlock(key))
        case "shuffle" if holds_blocks:
            write_unlinked(api.SetChildren(key, structure.children.get(key, ())[::-1]))
        case "twin" if not is_top and not holds_blocks:
            write_unlinked(api.CreateBlock(new, block(key).olx, parent=structure.parents[key][0], index=0))
        case "carry" if units and not is_top and not holds_blocks:
            write_unlinked(api.MoveBlock(key, units[number % len(units)]))


type State = dict[UsageKey, api.Block]
type Shape = tuple[str | None, list[Shape]]


def state(top: UsageKey) -> State:
    """What the course says and holds below a block."""
    return dict(api.get_course_tree(COURSE_KEY, user=OPERATOR, top=top).blocks)


def shape_of(found: State, key: UsageKey) -> Shape:
    return found[key].settings.get("upstream"), [shape_of(found, child) for child in found[key].children]


def shape_in_library(shelf: Shelf, name: str) -> Shape:
    """What the library shows of an item, all of it published."""
    pks = {pk: ref for ref, pk in learning_core.entity_pks_of(shelf.pk, map(shelf.ref, ALL)).items()}
    names = {shelf.ref(one): one for one in ALL}
    shown = learning_core.current_children_of([shelf.pk_of(name)], branch="published")
    below = [names[pks[pk]] for pks_below in shown.values() for pk in pks_below]
    return shelf.key(name), [shape_in_library(shelf, child) for child in below]


def overrides(found: State) -> dict[UsageKey, tuple[str, str | None, str]]:
    """The local titles and texts, and the attempts, of all blocks."""
    local = {}
    for key, one in found.items():
        customized = one.settings.get("downstream_customized", "")
        attempts = one.settings.get("max_attempts") if key.block_type == "problem" else ""
        text = body_of(one.olx) if "data" in customized else ""
        local[key] = (one.title if "display_name" in customized else "", attempts, text)
    return local


def parents(found: State) -> dict[UsageKey, UsageKey]:
    return {child: key for key, one in found.items() for child in one.children}


def what_happened(before: State, after: State) -> dict[SyncAction, Counter[Any]]:
    """What a sync did to blocks, seen from the outside; what was created is told by its item."""
    came_from = parents(before)
    stayed = before.keys() & after.keys()
    return {
        SyncAction.DELETE: Counter(before.keys() - after.keys()),
        SyncAction.CREATE: Counter(after[key].settings["upstream"] for key in after.keys() - before.keys()),
        SyncAction.MOVE: Counter(key for key, parent in parents(after).items() if came_from.get(key, parent) != parent),
        SyncAction.TAKE: Counter(key for key in stayed if content(before[key]) != content(after[key])),
    }


def content(one: api.Block) -> tuple[str, dict[str, str]]:
    """What a block shows, and the version that it has."""
    links = {name for name in one.settings if name.startswith(("upstream_d", "top_level"))}
    return body_of(one.olx), {name: value for name, value in one.settings.items() if name not in links}


def what_is_told(plan: SyncPlan) -> dict[SyncAction, Counter[Any]]:
    told = {
        action: Counter[Any]() for action in (SyncAction.DELETE, SyncAction.CREATE, SyncAction.MOVE, SyncAction.TAKE)
    }
    for step in plan.steps:
        if step.action in told:
            told[step.action][step.upstream if step.action == SyncAction.CREATE else step.usage_key] += 1
    return told


def uses(found: State) -> dict[str, set[UsageKey]]:
    """Library item -> the blocks that are linked to it."""
    blocks: dict[str, set[UsageKey]] = {}
    for key, one in found.items():
        if "upstream" in one.settings:
            blocks.setdefault(one.settings["upstream"], set()).add(key)
    return blocks


def every_promise(shelf: Shelf, top: UsageKey, user: User) -> None:
    before = state(top)
    plan = sync.preview_sync(top, user=user)
    assert state(top) == before
    sync.sync_block(top, user=user, fingerprint=plan.fingerprint)
    after = state(top)
    assert what_is_told(plan) == what_happened(before, after)
    assert shape_of(after, top) == shape_in_library(shelf, "sec1")
    mine, kept = overrides(before), overrides(after)
    assert {key: kept[key] for key in mine if key in kept} == {key: mine[key] for key in mine if key in kept}
    uses_before = uses(before)
    for item, blocks in uses(after).items():
        there = uses_before.get(item, set())
        assert len(blocks & there) == min(len(blocks), len(there)), f"blocks of {item} were replaced"
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


def without_answers(found: State) -> dict[UsageKey, tuple[str, tuple[UsageKey, ...]]]:
    """All that blocks say and hold, but for what authors have declined."""
    answers = dict.fromkeys(("upstream_version_declined", "upstream_deletion_declined", "upstream_children_declined"))
    return {key: (with_attributes(one.olx, answers), one.children) for key, one in found.items()}


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
        before = state(top)
        sync.decline_update(top, user=author.user)
        assert without_answers(state(top)) == without_answers(before)
        assert author.ready() == []
        transaction.set_rollback(True)


@few
@example(story=ALL_OF_IT)
@given(story=STORIES)
def test_syncs_keep_local_changes_and_keys_do_what_they_showed_and_are_done_after_once(
    author: Author, shelf: Shelf, story: Any
) -> None:
    tell(author, shelf, story)


@pytest.mark.slow
@many
@example(story=ALL_OF_IT)
@given(story=STORIES)
def test_so_do_many_more_syncs(author: Author, shelf: Shelf, story: Any) -> None:
    tell(author, shelf, story)


@few
@example(edits=[edit for edits, _course_edits in ALL_OF_IT for edit in edits])
@given(edits=st.lists(LIBRARY_EDITS, max_size=6))
def test_a_declined_update_changes_nothing_and_is_not_offered_again(author: Author, shelf: Shelf, edits: Any) -> None:
    decline_after(author, shelf, edits)


@pytest.mark.slow
@many
@example(edits=[edit for edits, _course_edits in ALL_OF_IT for edit in edits])
@given(edits=st.lists(LIBRARY_EDITS, max_size=6))
def test_so_do_many_more_updates(author: Author, shelf: Shelf, edits: Any) -> None:
    decline_after(author, shelf, edits)
