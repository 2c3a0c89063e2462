"""What authors and learners could do to a site: connections to elsewhere, work without end, texts without end."""

from __future__ import annotations

import socket
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import ContentLibrary
from tests.imports.conftest import course_archive

from .client import BlockClient
from .conftest import ActingAs
from .test_handlers_rest import FORMULA, NUMBER, TEXT, Learner

INSIDE = "http://169.254.169.254/latest/meta-data"
"""An address that a site must never be made to ask."""

WITH_ADDRESSES = {
    "video:v1": f'<video youtube_id_1_0="abc" html5_sources="[&quot;{INSIDE}/a.mp4&quot;]" track="{INSIDE}/t.srt"'
    f' handout="{INSIDE}/h.pdf" edx_video_id=""><source src="{INSIDE}/b.mp4"/></video>',
    "lti:l1": f'<lti launch_url="{INSIDE}" lti_id="x" open_in_a_new_page="false"/>',
    "pdf:d1": f'<pdf url="{INSIDE}/a.pdf" source_url="{INSIDE}/b.pdf"/>',
    "html:h1": f'<html><![CDATA[<img src="{INSIDE}/a.png"/><link rel="stylesheet" href="{INSIDE}/a.css"/>]]></html>',
    "problem:p1": f'<problem><imageresponse><imageinput src="{INSIDE}/a.png" width="9" height="9" '
    f'rectangle="(1,1)-(2,2)"/></imageresponse><include src="{INSIDE}/x.xml"/></problem>',
    "annotatable:a1": f'<annotatable><p><img src="{INSIDE}/a.png"/></p></annotatable>',
}


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[Any]:
    """Connections that somebody in this process tried to make, where blocks run, too; none is made."""
    settings.CONTENT_LIBRARIES_BLOCK_PROCESSES = 0
    tried: list[Any] = []

    def refuse(_socket: socket.socket, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_kwargs: refuse(socket.socket(), address))
    return tried


@pytest.mark.parametrize("name", WITH_ADDRESSES)
def test_addresses_in_blocks_are_never_asked_by_the_site(lib: BlockClient, name: str, attempts: list[Any]) -> None:
    lib.add(name, WITH_ADDRESSES[name])
    lib.view(name)
    fields = lib.read(name, "fields/")
    lib.save(name, metadata={"display_name": "New"}, **({"data": fields["data"]} if "data" in fields else {}))
    assert lib.embed(name).status_code == 200
    lib.publish_all()
    assert attempts == []


def test_addresses_in_archives_are_never_asked(library: ContentLibrary, tmp_path: Path, attempts: list[Any]) -> None:
    blocks = "".join(
        olx.replace("<" + name.split(":")[0], f'<{name.split(":")[0]} url_name="{name.split(":")[1]}"', 1)
        for name, olx in WITH_ADDRESSES.items()
    )
    unit = f'<vertical url_name="v">{blocks}</vertical>'
    archive = course_archive(tmp_path, f'<chapter url_name="c"><sequential url_name="s">{unit}</sequential></chapter>')
    call_command("import_course", str(archive), str(library.library_key), "--publish", stdout=StringIO())
    imported = {str(block.key).split(":")[3] for block in api.list_components(library.library_key, user=OPERATOR)}
    assert imported >= {name.split(":")[0] for name in WITH_ADDRESSES}
    assert attempts == []


@pytest.fixture
def nobody(acting_as: ActingAs) -> Any:
    return acting_as(None).http


@pytest.mark.parametrize(
    ("olx", "answer"),
    [
        (NUMBER, "9^9^9^9^9"),
        (NUMBER, "factorial(99999999)"),
        (FORMULA, "1+" * 50_000 + "1"),
        ('<stringresponse answer="(a+)+$" type="regexp"><textline/></stringresponse>', "a" * 50 + "!"),
    ],
    ids=["powers", "a factorial", "a long sum", "a pattern"],
)
def test_an_answer_that_takes_for_ever_is_stopped(
    lib: BlockClient, nobody: Any, settings: Any, olx: str, answer: str
) -> None:
    lib.add("problem:p1", f"<problem>{olx}</problem>")
    learner = Learner(lib, "problem:p1", nobody)
    learner.html()
    settings.CONTENT_LIBRARIES_BLOCK_SECONDS = 0.5
    stopped = learner.send(answer)
    assert stopped.status_code == 400
    assert "stopped" in str(stopped.json())
    settings.CONTENT_LIBRARIES_BLOCK_SECONDS = 10
    assert learner.submit("1")["attempts_used"] == 1


def test_a_text_that_is_too_long_is_refused_and_a_long_one_is_not(lib: BlockClient, nobody: Any) -> None:
    lib.add("html:h1", "<html><![CDATA[x]]></html>")
    long = "y" * 2_000_000
    lib.save("html:h1", data=long)
    assert lib.read("html:h1", "fields/")["data"] == long
    for size, status in ((18_000_000, 400), (60_000_000, 413)):  # as OLX, and as a request
        assert lib.post_fields("html:h1", data="y" * size).status_code == status
    assert lib.read("html:h1", "fields/")["data"] == long


def test_a_long_answer_is_an_answer(lib: BlockClient, nobody: Any) -> None:
    lib.add("problem:p1", f"<problem>{TEXT}</problem>")
    assert Learner(lib, "problem:p1", nobody).submit("a" * 100_000)["success"] == "incorrect"
