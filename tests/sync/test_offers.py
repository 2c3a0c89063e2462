"""Whatever authors do in a library and in a course: what is offered is what a sync would write."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import example, given
from hypothesis import strategies as st
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.learning_core import api as learning_core
from content_libraries.olx.api import body_of
from content_libraries.sync import api as sync
from content_libraries.sync.api import SyncAction, SyncReason

from .building import COURSE_KEY, ROOT, Author, Shelf, edit
from .test_properties import ALL, UNITS, few, many, shape_in_library, shape_of, state

NAMES = ("t1", "t2", "p1", "p2")
names = st.sampled_from(NAMES)
numbers = st.integers(0, 9)
STEPS = st.one_of(
    st.tuples(st.just("edit"), names, numbers),
    st.tuples(st.just("arrange"), st.sampled_from(UNITS), st.lists(names, max_size=3)),
    st.tuples(st.just("nest"), st.just("sub1"), st.lists(st.sampled_from(UNITS), max_size=2, unique=True)),
    st.tuples(st.sampled_from(["delete", "restore"]), st.sampled_from([*NAMES, *UNITS]), st.none()),
    st.tuples(st.just("publish"), st.sampled_from(["", "", *NAMES, *UNITS]), st.none()),
    st.tuples(st.sampled_from(["title", "text"]), st.none(), numbers),
    st.tuples(st.just("accept"), st.none(), st.none()),
)
"""What authors of the library and of the course may do."""

RETURNS = [
    ("delete", "p1", None),
    ("publish", "", None),
    ("restore", "p1", None),
    ("edit", "t1", 1),
    ("publish", "t1", None),
    ("text", None, 4),
    ("accept", None, None),
    ("publish", "", None),
    ("accept", None, None),
    ("delete", "unit2", None),
    ("publish", "", None),
    ("accept", None, None),
    ("restore", "unit2", None),
    ("title", None, 2),
    ("publish", "", None),
]
NOT_THE_LIBRARYS = {(SyncAction.TAKE, SyncReason.SAME_VERSION), (SyncAction.KEEP_LOCAL, SyncReason.LOCAL_EDIT)}


def take_step(author: Author, shelf: Shelf, top: UsageKey, kind: str, name: Any, value: Any) -> None:
    there = learning_core.named_items([(shelf.pk, shelf.ref(one)) for one in ALL])
    is_live = name and there[shelf.pk, shelf.ref(name)].has_draft
    match kind:
        case "edit" if is_live:
            shelf.component(name, title=f"Title {value}", body=f"<p>{value}</p>")
        case "arrange" | "nest" if is_live:
            shelf.container(name, *[one for one in value if there[shelf.pk, shelf.ref(one)].has_draft], title=name)
        case "delete" if is_live:
            shelf.delete(name)
        case "restore" if not is_live:
            shelf.restore(name)
        case "publish":
            shelf.publish(*[name] if name else [])
        case "accept":
            sync.sync_block(top, user=author.user)
        case "title" | "text":
            blocks = [key for key in state(top) if kind == "title" or key.block_type == "html"]
            if blocks:
                key = blocks[value % len(blocks)]
                edit(key, text=f"mine {value}") if kind == "text" else edit(key, display_name=f"mine {value}")


def is_ready(author: Author, top: UsageKey) -> bool:
    """Whether the list, the summary and the link itself, which have to agree, offer an update."""
    rows = sync.list_links(user=author.user, course_key=COURSE_KEY, ready=True, top_level_only=True)
    (summary,) = sync.summarize_course(COURSE_KEY, user=author.user)
    ready = sync.get_link(top, user=author.user).ready
    assert [row.row.usage_key for row in rows] == ([top] if ready else [])
    assert summary.ready == len(rows)
    return ready


def would_write(author: Author, top: UsageKey) -> bool:
    steps = sync.preview_sync(top, user=author.user).steps
    return any((step.action, step.reason) not in NOT_THE_LIBRARYS for step in steps)


def differences(shelf: Shelf, top: UsageKey) -> list[str]:
    """Titles and texts of the course that are neither the published library's nor declared as local."""
    found, different = state(top), []
    pks = learning_core.entity_pks_of(shelf.pk, map(shelf.ref, ALL))
    statuses = learning_core.item_statuses(shelf.pk, pks.values(), library_key=shelf.library.library_key)
    published = {str(one.key): one.published for one in statuses.values() if one.published}
    texts = learning_core.olx_of([one.pk for one in published.values()])
    for block in found.values():
        theirs = published[block.settings["upstream"]]
        local = block.settings.get("downstream_customized", "")
        if block.title != theirs.title and "display_name" not in local:
            different.append(f"{block.usage_key}: {block.title}")
        if theirs.pk in texts and body_of(block.olx) != body_of(texts[theirs.pk]) and '"data"' not in local:
            different.append(f"{block.usage_key}: {block.olx}")
    return different


def every_offer(author: Author, shelf: Shelf, steps: list[Any]) -> None:
    """After each step an update is offered if a sync has something to do; once taken, the course is the library's."""
    with transaction.atomic():
        shelf.component("p2", title="Problem two")
        shelf.publish()
        top = author.create(shelf.key("sec1"), ROOT)
        for step in steps:
            take_step(author, shelf, top, *step)
            assert is_ready(author, top) == would_write(author, top), step
        sync.sync_block(top, user=author.user)
        assert is_ready(author, top) is False
        assert sync.preview_sync(top, user=author.user).changes.changes == ()
        assert shape_of(state(top), top) == shape_in_library(shelf, "sec1")
        assert differences(shelf, top) == []
        assert api.check_links(None, repair=False) == []
        transaction.set_rollback(True)


@few
@example(steps=RETURNS)
@given(steps=st.lists(STEPS, min_size=4, max_size=12))
def test_what_is_offered_is_what_a_sync_would_write(author: Author, shelf: Shelf, steps: list[Any]) -> None:
    every_offer(author, shelf, steps)


@pytest.mark.slow
@many
@given(steps=st.lists(STEPS, min_size=10, max_size=40))
def test_so_are_many_more_offers(author: Author, shelf: Shelf, steps: list[Any]) -> None:
    every_offer(author, shelf, steps)
