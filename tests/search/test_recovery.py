"""Nothing is missed: not when the engine fails, nor when several catch up at the same time (wire: search-upkeep)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from openedx_content import api as content_api
from openedx_content.models_api import DraftChangeLog

from content_libraries.actors import OPERATOR
from content_libraries.learning_core.api import LogMark
from content_libraries.learning_core.ids import package_id
from content_libraries.libraries import api as libraries
from content_libraries.search import checkpoints, upkeep
from content_libraries.search.affected import Change
from content_libraries.search.checkpoints import TurnTakenError
from content_libraries.search.engine import SearchEngineError
from content_libraries.search.models import SearchCheckpoint
from content_libraries.search.rebuilding import rebuild, refresh
from content_libraries.search.tasks import sweep_search
from content_libraries.search.upkeep import CaughtUp, ContestedError, catch_up, packages_behind
from studio.celery import app as celery_app
from tests.catalogs import add_catalog

from .building import Shelf, documents
from .engines import WatchedEngine

type Committing = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def no_broker(tmp_path: Path) -> Iterator[None]:
    """Tasks are really sent, to a broker that does not work."""
    (tmp_path / "file").write_text("")
    nowhere = str(tmp_path / "file" / "folder")
    app = Celery("nowhere", broker="filesystem://", set_as_current=False)
    app.conf.broker_transport_options = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), nowhere)
    app.set_current()
    yield
    celery_app.set_current()


def somebody_takes_the_turn() -> None:
    SearchCheckpoint.objects.update(turn="somebody", turn_ends=timezone.now() + timedelta(minutes=1))


def let_the_turn_end() -> None:
    """As if whoever has the turn had been asleep for so long that others take it for dead."""
    SearchCheckpoint.objects.update(turn_ends=timezone.now() - timedelta(seconds=1))


def same_as_rebuilt() -> bool:
    """Whether the index holds what it would hold if it were made anew."""
    found = documents()
    rebuild()
    return found == documents()


def test_writes_succeed_while_the_engine_is_down_and_are_found_afterwards(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.write("p1", "p2", unit1=["p1"])
    engine.is_down = True
    with run_on_commit():
        shelf.write("p1", title="Edited")
    with run_on_commit():
        shelf.delete("p2")
    with run_on_commit():
        shelf.publish()
    with run_on_commit():
        shelf.collect("spring", "p1", "unit1")
    assert "down" in SearchCheckpoint.objects.get().last_error

    engine.is_down = False
    assert shelf.found("p1")["display_name"] == "P1"
    with run_on_commit():
        shelf.write("p3")

    assert shelf.found("p1")["display_name"] == "Edited"
    assert shelf.found("p1")["collections"]["key"] == ["spring"]
    assert shelf.found("unit1")["publish_status"] == "published"
    assert shelf.key("p2") not in documents()
    assert SearchCheckpoint.objects.get().last_error == ""
    assert same_as_rebuilt()


@pytest.mark.usefixtures("no_broker")
def test_what_went_wrong_is_kept_in_the_language_of_the_site(
    shelf: Shelf, run_on_commit: Committing, settings: Any, tmp_path: Path
) -> None:
    texts = {"The search index cannot be used: %(error)s": "Kein Index: %(error)s"}
    add_catalog(settings, tmp_path / "locale", "de", texts)
    (tmp_path / "file").write_text("")
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "file")
    with translation.override("de"), run_on_commit():
        shelf.write("p1")
    assert SearchCheckpoint.objects.get().last_error.startswith("The search index cannot be used")


def test_the_sweep_catches_up_too(shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing) -> None:
    engine.is_down = True
    with run_on_commit():
        shelf.write("p1")
    assert sweep_search() == 0

    engine.is_down = False
    assert sweep_search() == 1
    assert documents().keys() == {shelf.key("p1")}
    assert sweep_search() == 0


def test_the_sweep_finds_what_no_event_told(shelf: Shelf, engine: WatchedEngine) -> None:
    shelf.write("p1")
    sweep_search()
    shelf.write("p2")
    sweep_search()
    shelf.publish("p1")
    sweep_search()

    assert shelf.found("p1")["publish_status"] == "published"
    assert shelf.key("p2") in documents()
    assert engine.calls == ["update 1", "update 1", "update 1"]


def test_what_a_collection_change_touched_is_not_forgotten(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.write("p1", "p2")
        shelf.collect("spring", "p1", "p2")
    engine.is_down = True
    with run_on_commit():
        shelf.uncollect("spring", "p1")
    with run_on_commit():
        content_api.delete_collection(shelf.pk, "spring", hard_delete=True)
    engine.is_down = False

    assert sweep_search() == 1
    assert documents().keys() == {shelf.key("p1"), shelf.key("p2")}
    assert shelf.found("p1")["collections"]["key"] == shelf.found("p2")["collections"]["key"] == []
    assert packages_behind() == []


@pytest.mark.usefixtures("no_broker")
def test_writes_succeed_without_engine_and_broker(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing, caplog: pytest.LogCaptureFixture
) -> None:
    engine.is_down = True
    with run_on_commit():
        shelf.write("p1")

    assert "No worker can be told" in caplog.text
    engine.is_down = False
    assert refresh() == CaughtUp(updated=1)


def test_what_is_too_much_for_a_write_is_left_to_a_worker(shelf: Shelf, engine: WatchedEngine) -> None:
    shelf.write("p1", "p2", "p3")

    assert catch_up(shelf.pk, at_most=2) == CaughtUp(postponed=True)
    assert engine.calls == []
    assert catch_up(shelf.pk, at_most=3) == CaughtUp(updated=3)

    shelf.write("p1", "p2", "p3", title="Edited")
    members = frozenset({shelf.pk_of("p1")})
    assert catch_up(shelf.pk, change=Change(entity_pks=members), at_most=2) == CaughtUp(postponed=True)
    assert SearchCheckpoint.objects.get().pending["entity_pks"] == list(members)
    assert catch_up(shelf.pk) == CaughtUp(updated=3)
    assert packages_behind() == []


def test_edits_of_a_big_library_are_found_while_it_is_being_filled(
    shelf: Shelf, engine: WatchedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "MAX_BATCH", 2)
    shelf.write(*(f"p{number}" for number in range(5)))
    assert catch_up(shelf.pk, at_most=2).postponed

    shelf.write("p4", title="Edited")

    assert catch_up(shelf.pk, at_most=2) == CaughtUp(updated=1, postponed=True)
    assert documents().keys() == {shelf.key("p4")}
    assert catch_up(shelf.pk) == CaughtUp(updated=5)
    assert len(documents()) == 5


def test_filling_goes_on_where_it_was_interrupted(
    shelf: Shelf, engine: WatchedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "MAX_BATCH", 2)
    shelf.write(*(f"p{number}" for number in range(5)))

    def go_down() -> None:
        engine.is_down = True
        raise SearchEngineError("The test has pulled the plug.")

    engine.interruptions = [lambda: None, go_down]
    with pytest.raises(SearchEngineError):
        catch_up(shelf.pk)
    engine.is_down = False
    engine.calls.clear()

    assert catch_up(shelf.pk) == CaughtUp(updated=3)
    assert engine.calls == ["update 2", "update 1"]
    assert len(documents()) == 5


def test_older_documents_do_not_stay_when_two_catch_up_at_once(shelf: Shelf, engine: WatchedEngine) -> None:
    shelf.write("p1", "p2")
    catch_up(shelf.pk)

    def edit_again_and_be_faster() -> None:
        let_the_turn_end()
        shelf.write("p1", title="Newest")
        catch_up(shelf.pk)

    shelf.write("p1", "p2", title="Newer")
    engine.interruptions = [edit_again_and_be_faster]
    catch_up(shelf.pk)

    assert shelf.found("p1")["display_name"] == "Newest"
    assert shelf.found("p2")["display_name"] == "Newer"
    assert packages_behind() == []


def test_older_documents_do_not_stay_when_an_edit_overtakes_filling(shelf: Shelf, engine: WatchedEngine) -> None:
    shelf.write("p1", "p2")

    def edit_and_be_faster() -> None:
        let_the_turn_end()
        shelf.write("p1", title="Edited")
        catch_up(shelf.pk)

    engine.interruptions = [edit_and_be_faster]
    catch_up(shelf.pk)

    assert shelf.found("p1")["display_name"] == "Edited"
    assert same_as_rebuilt()


def test_a_collection_change_is_not_undone_by_a_slower_catch_up(shelf: Shelf, engine: WatchedEngine) -> None:
    shelf.write("p1")
    catch_up(shelf.pk)

    def collect_and_be_faster() -> None:
        let_the_turn_end()
        shelf.collect("spring", "p1")
        members = frozenset({shelf.pk_of("p1")})
        catch_up(shelf.pk, change=Change(entity_pks=members, collection_codes=frozenset({"spring"})))

    shelf.write("p1", title="Edited")
    engine.interruptions = [collect_and_be_faster]
    catch_up(shelf.pk)

    assert shelf.found("p1")["display_name"] == "Edited"
    assert shelf.found("p1")["collections"]["key"] == ["spring"]


def test_who_loses_the_turn_again_and_again_gives_up_but_loses_nothing(shelf: Shelf, engine: WatchedEngine) -> None:
    shelf.write("p1")
    catch_up(shelf.pk)

    def end_the_turn() -> None:
        SearchCheckpoint.objects.update(turn="")

    shelf.write("p1", title="Edited")
    engine.interruptions = [end_the_turn] * upkeep.ATTEMPTS
    with pytest.raises(ContestedError):
        catch_up(shelf.pk)

    assert packages_behind() == [shelf.pk]
    assert catch_up(shelf.pk) == CaughtUp(updated=1)


def test_who_waits_gets_the_turn_when_it_ends(
    shelf: Shelf, engine: WatchedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    catch_up(shelf.pk)
    shelf.write("p1")
    somebody_takes_the_turn()
    monkeypatch.setattr(time, "sleep", lambda _seconds: let_the_turn_end())

    assert catch_up(shelf.pk) == CaughtUp(updated=1)


def test_who_waits_in_vain_leaves_a_note(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.write("p1")
    catch_up(shelf.pk)
    somebody_takes_the_turn()
    monkeypatch.setattr(checkpoints, "PATIENCE_SECONDS", 0.05)
    members = frozenset({shelf.pk_of("p1")})

    with pytest.raises(TurnTakenError):
        catch_up(shelf.pk, change=Change(entity_pks=members))

    assert packages_behind() == [shelf.pk]
    let_the_turn_end()
    assert catch_up(shelf.pk) == CaughtUp(updated=1)


@pytest.fixture
def write_late(shelf: Shelf) -> Callable[[str], Change]:
    """
    Writes an item in a log that got its number long before it was committed.

    A log with a higher number, and something to index, is there already.
    """
    package = content_api.get_learning_package(package_id(shelf.pk))
    catch_up(shelf.pk)
    shelf.write("p0")
    number = DraftChangeLog.objects.latest("pk").pk + 50
    DraftChangeLog.objects.create(pk=number + 50, learning_package=package, changed_at=timezone.now())

    def write(code: str) -> Change:
        before = set(DraftChangeLog.objects.values_list("pk", flat=True))
        shelf.write(code)
        log = DraftChangeLog.objects.exclude(pk__in=before).get()
        DraftChangeLog.objects.create(pk=number, learning_package=package, changed_at=log.changed_at)
        log.records.update(draft_change_log_id=number)
        log.delete()
        return Change(log=LogMark(draft_change_log_pk=number))

    return write


def test_a_log_with_a_low_number_that_is_committed_late_is_not_missed(
    shelf: Shelf, write_late: Callable[[str], Change]
) -> None:
    catch_up(shelf.pk)

    catch_up(shelf.pk, change=write_late("p1"))

    assert shelf.key("p1") in documents()


def test_a_late_log_is_not_missed_if_the_engine_fails_just_then(
    shelf: Shelf, engine: WatchedEngine, write_late: Callable[[str], Change]
) -> None:
    catch_up(shelf.pk)
    engine.is_down = True
    with pytest.raises(SearchEngineError):
        catch_up(shelf.pk, change=write_late("p1"))
    engine.is_down = False

    catch_up(shelf.pk)

    assert shelf.key("p1") in documents()


def test_a_late_log_is_not_passed_over_while_it_waits_in_vain(
    shelf: Shelf, engine: WatchedEngine, write_late: Callable[[str], Change], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "PATIENCE_SECONDS", 0.05)

    def commit_late() -> None:
        with pytest.raises(TurnTakenError):
            catch_up(shelf.pk, change=write_late("p1"))

    engine.interruptions = [commit_late]
    catch_up(shelf.pk)

    assert shelf.key("p1") in documents()


def test_an_index_that_is_lost_fills_itself_at_the_next_sweep(settings: Any, shelf: Shelf, make_library: Any) -> None:
    other = Shelf(make_library("other"))
    shelf.write("p1")
    other.write("p1")
    sweep_search()
    assert len(documents()) == 2

    shutil.rmtree(settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR)

    assert documents() == {}
    assert sweep_search() == 2
    assert len(documents()) == 2


def test_an_index_that_is_lost_fills_itself_with_the_next_write(
    settings: Any, shelf: Shelf, run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.write("p1")
    shutil.rmtree(settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR)
    with run_on_commit():
        shelf.write("p2")

    assert documents().keys() == {shelf.key("p1"), shelf.key("p2")}


def test_a_library_deleted_while_the_engine_is_down_leaves_nothing_behind(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.write("p1")
    engine.is_down = True
    with run_on_commit():
        libraries.delete_library(shelf.library.library_key, user=OPERATOR)
    engine.is_down = False
    assert documents()

    sweep_search()

    assert documents() == {}
    assert not SearchCheckpoint.objects.exists()


def test_a_library_deleted_while_it_is_indexed_leaves_nothing_behind(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    def delete() -> None:
        with run_on_commit():
            libraries.delete_library(shelf.library.library_key, user=OPERATOR)

    shelf.write("p1")
    engine.interruptions = [delete]
    catch_up(shelf.pk)

    assert documents() == {}
    assert not SearchCheckpoint.objects.exists()


def test_a_library_that_is_created_anew_with_the_same_key_keeps_its_documents(
    shelf: Shelf, make_library: Any, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.write("p1", "p2")
    engine.is_down = True
    with run_on_commit():
        libraries.delete_library(shelf.library.library_key, user=OPERATOR)
    engine.is_down = False
    again = Shelf(make_library(shelf.library.slug))
    with run_on_commit():
        again.write("p2")

    sweep_search()

    assert documents().keys() == {again.key("p2")}
    assert packages_behind() == []


def test_rebuilding_one_library_leaves_the_others_alone(shelf: Shelf, make_library: Any, engine: WatchedEngine) -> None:
    other = Shelf(make_library("other"))
    for item in (shelf, other):
        item.write("p1")
        catch_up(item.pk)
    engine.calls.clear()
    seen: list[tuple[int, int, CaughtUp]] = []

    done = rebuild(shelf.library.library_key, report=lambda *progress: seen.append(progress))

    assert done == CaughtUp(updated=1)
    assert engine.calls == ["update 1"]
    assert seen[-1] == (1, 1, done)
    assert len(documents()) == 2


def test_finding_what_is_behind_takes_the_same_queries_for_any_number_of_libraries(
    make_library: Any, engine: WatchedEngine
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            packages_behind()
        return len(captured)

    for number in range(2):
        Shelf(make_library(f"a{number}")).write("p1")
    few = queries()
    for number in range(6):
        Shelf(make_library(f"b{number}")).write("p1")

    assert queries() == few <= 5
