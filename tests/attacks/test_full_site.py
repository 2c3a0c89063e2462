"""A running site whose disk fills up, with everything on it: content, database, broker, index and uploads."""

from __future__ import annotations

import json
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.running import manage, prepared_site, running_site, wait_until

from .disks import fill, tiny_disk

pytestmark = pytest.mark.slow

LIBRARY = "lib:DemoX:welcome"


class Caller:
    """Somebody with a token who calls the API of a site."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.token = token

    def ask(self, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"JWT {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.address}{path}", data=data, headers=headers)  # noqa: S310 - our own server
        try:
            with urlopen(request) as response:  # noqa: S310
                return _read(response)
        except HTTPError as refusal:
            return _read(refusal)  # type: ignore[arg-type]


def _read(response: HTTPResponse) -> tuple[int, Any]:
    text = response.read()
    return response.status, json.loads(text) if text.startswith((b"{", b"[")) else text


def test_a_site_whose_disk_is_full_goes_on_reading_says_why_it_does_not_write_and_recovers(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk", "200m") as disk:
        environment = prepared_site(disk / "site", TMPDIR=str(_made(disk / "tmp")), FREE_SPACE_MB="1")
        token = manage(environment, "create_token", "admin").strip()
        with running_site(environment) as address:
            caller = Caller(address, token)
            wait_until(lambda: caller.ask("/readyz")[1]["status"] == "ready")
            filler = fill(disk)
            wait_until(lambda: caller.ask("/readyz")[0] == 503)
            assert "database" in caller.ask("/readyz")[1]["checks"]["disks"]["full"]
            assert caller.ask(f"/api/libraries/v2/{LIBRARY}/")[0] == 200
            long = {"block_type": "html", "definition_id": "long"}
            status, answer = caller.ask(f"/api/libraries/v2/{LIBRARY}/blocks/", long)
            assert (status, "There is no space left" in str(answer)) == (507, True)
            filler.unlink()
            wait_until(lambda: caller.ask("/readyz")[1]["status"] == "ready")
            assert caller.ask(f"/api/libraries/v2/{LIBRARY}/blocks/", long)[0] == 200
        assert "Everything is as it should be" in manage(environment, "check_libraries", "--digests")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
