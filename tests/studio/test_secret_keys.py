"""The secret key of a site that names none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from studio.secret_keys import check_secret_key, stored_secret_key

AT_ONCE = 16


def test_processes_that_start_at_the_same_time_get_the_same_key(tmp_path: Path) -> None:
    for site in range(20):
        folder = tmp_path / str(site)
        folder.mkdir()
        ready = Barrier(AT_ONCE)

        def start(folder: Path = folder, ready: Barrier = ready) -> str:
            ready.wait()
            return stored_secret_key(folder)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            keys = {future.result() for future in [pool.submit(start) for _ in range(AT_ONCE)]}
        assert len(keys) == 1
        check_secret_key(keys.pop())


def test_the_key_stays_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    key = stored_secret_key(tmp_path)
    assert stored_secret_key(tmp_path) == key
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
