"""What is particular to the embedded engine: several processes on one folder, and damage to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from content_libraries.search.engine import EngineBusyError, SearchEngineError, SearchQuery, current_engine
from content_libraries.search.engines.embedded import EmbeddedEngine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def document(document_id: str) -> dict[str, Any]:
    return {"id": document_id, "display_name": document_id, "context_key": "lib:Org:lib"}


def ids(engine: EmbeddedEngine) -> set[str]:
    return {hit["id"] for hit in engine.search(SearchQuery(limit=1_000)).hits}


def index_in_use(folder: Path) -> Path:
    (link,) = folder.glob("index-*")
    return link.resolve()


@contextmanager
def somebody_writing(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock_file:
        flock(lock_file, LOCK_EX)
        yield


def test_processes_that_write_at_the_same_time_lose_nothing(folder: Path) -> None:
    command = [sys.executable, "-m", "tests.search.writing_process", str(folder)]
    writers = [
        subprocess.Popen([*command, name, "15"], stderr=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
        for name in ("first", "second")
    ]
    here = EmbeddedEngine(folder)
    here.patience = 60.0
    here.prepare()
    here.update([document("here")])

    for writer in writers:
        _output, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors

    expected = {f"{name}{number}" for name in ("first", "second") for number in range(15)}
    assert ids(here) == {"here", *expected}


def test_threads_that_write_at_the_same_time_lose_nothing(folder: Path) -> None:
    engine = EmbeddedEngine(folder)
    engine.patience = 60.0
    engine.prepare()
    threads = [Thread(target=engine.update, args=([document(str(number))],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ids(engine) == set("01234567")


def test_a_reader_sees_what_another_engine_has_written(folder: Path) -> None:
    reader, writer = EmbeddedEngine(folder), EmbeddedEngine(folder)
    reader.prepare()
    writer.update([document("a")])

    assert ids(reader) == {"a"}

    writer.clear()
    writer.update([document("b")])

    assert ids(reader) == {"b"}


def test_readers_never_find_less_while_the_index_is_replaced(folder: Path) -> None:
    writer = EmbeddedEngine(folder)
    writer.prepare()
    writer.update([document("a")])

    def replace_again_and_again() -> None:
        for _time in range(10):
            writer.spare().prepare()
            writer.spare().update([document("a")])
            writer.use_spare()

    replacing = Thread(target=replace_again_and_again)
    replacing.start()
    reader, other_reader = EmbeddedEngine(folder), EmbeddedEngine(folder)
    found = []
    while replacing.is_alive():
        found += [ids(reader), {hit["id"] for hit in other_reader.documents_of("lib:Org:lib")}]
    replacing.join()

    assert len(found) > 5
    assert all(hits == {"a"} for hits in found)
    assert len(list(folder.glob("data-*"))) == 1


def test_readers_are_not_blocked_by_a_writer_and_other_writers_give_up(folder: Path) -> None:
    engine = EmbeddedEngine(folder)
    engine.patience = 0.05
    engine.prepare()
    engine.update([document("a")])

    with somebody_writing(folder):
        assert ids(engine) == {"a"}
        with pytest.raises(EngineBusyError):
            engine.update([document("b")])

    engine.update([document("c")])
    assert ids(engine) == {"a", "c"}


def test_a_call_that_fails_halfway_writes_nothing(folder: Path) -> None:
    engine = EmbeddedEngine(folder)
    engine.prepare()

    with pytest.raises(SearchEngineError):
        engine.update([document("a"), document("b") | {"modified": "no number"}])

    assert ids(engine) == set()


def test_where_there_is_no_index_nothing_is_found(folder: Path) -> None:
    engine = EmbeddedEngine(folder)

    assert engine.search(SearchQuery(facets=["type"])).facets == {"type": {}}
    assert engine.count() == 0
    assert not folder.exists()


def test_nothing_is_written_to_an_index_that_nobody_prepared(folder: Path) -> None:
    with pytest.raises(SearchEngineError):
        EmbeddedEngine(folder).update([document("a")])


def spoil_the_meta_data(index: Path) -> None:
    (index / "meta.json").write_text("{")


def remove_the_meta_data(index: Path) -> None:
    (index / "meta.json").unlink()


def remove_the_words(index: Path) -> None:
    for file in index.glob("*.term"):
        file.unlink()


def cut_the_documents(index: Path) -> None:
    for file in index.glob("*.store"):
        short = file.read_bytes()[:7]
        # As another file of the same name: who has the old one open goes on reading that.
        file.unlink()
        file.write_bytes(short)


def remove_everything(index: Path) -> None:
    for file in index.iterdir():
        file.unlink()
    index.rmdir()


def put_a_file_in_its_place(index: Path) -> None:
    remove_everything(index)
    index.write_text("")


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize(
    "damage",
    [
        spoil_the_meta_data,
        remove_the_meta_data,
        remove_the_words,
        cut_the_documents,
        remove_everything,
        put_a_file_in_its_place,
    ],
)
def test_a_damaged_index_is_replaced_by_an_empty_one(
    folder: Path, damage: Callable[[Path], None], is_open: bool
) -> None:
    engine = EmbeddedEngine(folder)
    before = engine.prepare()
    engine.update([document("a")])
    if not is_open:
        engine = EmbeddedEngine(folder)

    damage(index_in_use(folder))

    assert engine.prepare() != before
    assert ids(engine) == set()
    engine.update([document("b")])
    assert ids(engine) == {"b"}


def test_reading_a_damaged_index_says_so(folder: Path) -> None:
    EmbeddedEngine(folder).prepare()
    spoil_the_meta_data(index_in_use(folder))

    with pytest.raises(SearchEngineError):
        EmbeddedEngine(folder).search(SearchQuery())


def test_an_index_of_an_older_version_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = EmbeddedEngine(folder)
    before = engine.prepare()
    engine.update([document("a")])

    monkeypatch.setattr("content_libraries.search.engines.embedded.engine._VERSION", "newer")
    newer = EmbeddedEngine(folder)

    assert newer.prepare() != before
    assert ids(newer) == set()
    assert sorted(path.name for path in folder.iterdir()) == [index_in_use(folder).name, "index-vnewer", "lock"]


def test_a_folder_that_cannot_be_made_is_an_error_of_the_engine(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SearchEngineError):
        EmbeddedEngine(tmp_path / "file" / "index").prepare()


def test_the_engine_of_the_site_is_opened_once_for_each_folder(settings: Any, tmp_path: Path) -> None:
    first = current_engine()
    assert isinstance(first, EmbeddedEngine)
    assert current_engine() is first

    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "elsewhere")

    assert current_engine() is not first
