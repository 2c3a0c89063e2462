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
