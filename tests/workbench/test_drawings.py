"""Drawings say in words, and in a table, what they show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils.timezone import now
from openedx_content.models_api import DraftChangeLog

from content_libraries.history import api as history
from content_libraries.libraries.models import ContentLibrary
from content_libraries.workbench.drawings import draw_activity, draw_publish_state

from .conftest import Browse
from .test_changes import CHANGES, make_text, shown

pytestmark = pytest.mark.django_db


def test_a_change_counts_in_its_week(library: ContentLibrary, author: User, browse: Browse) -> None:
    make_text(library, author)
    oldest = DraftChangeLog.objects.order_by("pk")[:1].values("pk")
    DraftChangeLog.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).update(
        changed_at=now() - timedelta(weeks=2)
    )
    weeks = history.activity(library.library_key, user=author, weeks=3)
    assert [(week.edits, week.publishes) for week in weeks] == [(1, 0), (0, 0), (1, 0)]
    page = shown(browse(author), CHANGES)
    assert page.count("<rect ") == 2
    assert 'role="img" aria-labelledby="activity-title"' in page
    assert "<caption>Activity by week</caption>" in page


def test_what_happened_before_the_first_week_is_left_out(library: ContentLibrary, author: User) -> None:
    make_text(library, author)
    DraftChangeLog.objects.update(changed_at=now() - timedelta(weeks=60))
    assert not any(week.edits for week in history.activity(library.library_key, user=author, weeks=1_000))
    assert len(history.activity(library.library_key, user=author, weeks=1_000)) == 52


def test_the_highest_week_fills_the_drawing_and_nothing_divides_by_zero() -> None:
    weeks = [history.Week(now(), edits=0, publishes=0), history.Week(now(), edits=3, publishes=1)]
    drawing = draw_activity(weeks)
    assert sum(box.height for box in drawing.boxes) == drawing.height
    assert draw_activity([]).boxes == []
    assert draw_publish_state(history.PublishFigures(0, 0, 0, 0)).boxes == []


def test_the_bar_is_divided_by_numbers() -> None:
    drawing = draw_publish_state(history.PublishFigures(unchanged=3, changed=0, new=1, deleted=0))
    assert [(box.x, box.width) for box in drawing.boxes] == [(0, 450), (450, 150)]
    assert drawing.summary == "Published: 3, Changed since: 0, Not published yet: 1, Deleted, still published: 0"
