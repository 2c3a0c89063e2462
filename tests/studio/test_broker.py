"""The file-system broker."""

from __future__ import annotations

from pathlib import Path
from queue import Empty
from typing import Any

import pytest

from studio.celery import app


class Written:
    """Part of a message; while it is written, a worker looks for messages."""

    def __init__(self, worker: Any) -> None:
        self.worker = worker

    def __json__(self) -> str:
        with pytest.raises(Empty):
            self.worker._get("jobs")
        return "whole"


@pytest.mark.parametrize("exchange", ["jobs", ""])
def test_an_exchange_whose_file_was_left_empty_is_bound_again(tmp_path: Path, exchange: str) -> None:
    """So a process leaves it that ends between opening and writing it, and so others saw it in between."""
    folders = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(tmp_path))
    (tmp_path / f"{exchange}.exchange").touch()
    with app.connection("filesystem://localhost//", transport_options=folders) as connection:
        channel: Any = connection.channel()
        for queue in ("one", "two"):
            channel._queue_bind(exchange, "key", "", queue)
        assert {entry.queue for entry in channel.get_table(exchange)} == {"one", "two"}


def test_workers_find_messages_whole_or_not_at_all(tmp_path: Path) -> None:
    folders = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(tmp_path))
    with (
        app.connection_for_write("filesystem://localhost//", transport_options=folders) as web,
        app.connection_for_read("filesystem://localhost//", transport_options=folders) as workers,
    ):
        sender: Any = web.channel()
        worker: Any = workers.channel()
        sender._put("jobs", {"message": Written(worker)})
        assert worker._get("jobs") == {"message": "whole"}
        with pytest.raises(Empty):
            worker._get("jobs")
