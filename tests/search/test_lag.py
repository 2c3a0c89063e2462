"""How far the index is behind, as a health check asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openedx_content.models_api import DraftChangeLog

from content_libraries.search.api import IndexLag, catch_up, index_lag

from .building import Shelf
from .engines import WatchedEngine

type Committing = Callable[[], AbstractContextManager[Any]]


def test_nothing_lags_behind_when_everything_is_found(shelf: Shelf, run_on_commit: Committing) -> None:
    with run_on_commit():
        shelf.write("p1")

    assert index_lag() == IndexLag(behind=0, seconds=0.0, error="")


def test_the_oldest_change_that_is_not_found_counts(shelf: Shelf, make_library: Any) -> None:
    other = Shelf(make_library("other"))
    shelf.write("p1")
    catch_up(shelf.pk)
    DraftChangeLog.objects.update(changed_at=timezone.now() - timedelta(days=1))
    catch_up(other.pk)
    shelf.write("p2")
    other.write("p1")
    other.publish()
    DraftChangeLog.objects.filter(learning_package_id=other.pk).update(changed_at=timezone.now() - timedelta(hours=1))

    lag = index_lag()

    assert lag.behind == 2
    assert 3_600 <= lag.seconds < 7_200
    catch_up(other.pk)
    assert index_lag().behind == 1
    assert index_lag().seconds < 3_600


def test_an_engine_that_is_down_is_reported_with_what_waits(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.write("p1")
    engine.is_down = True
    assert index_lag() == IndexLag(0, 0.0, "The test has taken the engine down.")

    with run_on_commit():
        shelf.write("p2")

    lag = index_lag()
    assert lag.behind == 1
    assert lag.seconds > 0
    assert "down" in lag.error


def test_the_lag_costs_the_same_for_any_number_of_libraries(make_library: Any, engine: WatchedEngine) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            index_lag()
        return len(captured)

    for number in range(2):
        Shelf(make_library(f"a{number}")).write("p1")
    few = queries()
    for number in range(6):
        Shelf(make_library(f"b{number}")).write("p1")

    assert queries() == few <= 8


@pytest.mark.usefixtures("db")
def test_a_site_without_libraries_has_no_lag() -> None:
    assert index_lag() == IndexLag(0, 0.0, "")
