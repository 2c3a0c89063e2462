"""What the video editor asks the site for: importing a transcript, and keeping a thumbnail (wire: host-videos)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openedx_content.models_api import DraftChangeLog, Media
from PIL import Image

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, MemberFactory
from tests.xblocks.client import BlockClient

from . import transcript_source as source_of
from .transcript_source import Source

pytestmark = pytest.mark.django_db

FROM_SCRIPT = {"USE-JWT-COOKIE": "true"}


@pytest.fixture
def lib(library: ContentLibrary, author: User, api_client: ClientFactory) -> BlockClient:
    """What an author does in a library with a video."""
    client = BlockClient(library, api_client(author))
    client.add("video:v1", '<video display_name="Talk" edx_video_id="talk-1" youtube_id_1_0="3_yD_cEKoCk"/>')
    return client


def picture(picture_format: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    written = BytesIO()
    Image.new("RGB", size).save(written, picture_format)
    return written.getvalue()


def paths(lib: BlockClient, name: str = "video:v1") -> list[str]:
    return [file["path"] for file in lib.get(name, "assets/")["files"]]


class TestTranscripts:
    @pytest.fixture
    def source(self, settings: Any) -> Iterator[Source]:
        with source_of.transcript_source() as server:
            settings.TRANSCRIPT_SOURCE = server.template
            yield server

    def ask(self, http: Any, what: str, video: str = source_of.GOOD, name: str = "video:v1") -> Any:
        videos = [{"mode": "youtube", "video": video, "type": "youtube"}] if video else []
        locator = f"lb:CL-TEST:lib1:{name}"
        query = {"data": json.dumps({"locator": locator, "videos": videos})}
        return http.get(f"/transcripts/{what}", query, headers=FROM_SCRIPT)

    def test_an_import_becomes_a_file_of_the_component(self, lib: BlockClient, source: Source) -> None:
        assert self.ask(lib.http, "check").json()["command"] == "import"
        versions = lib.version_num("video:v1")
        response = self.ask(lib.http, "replace")
        assert response.status_code == 200
        assert response.json() == {"status": "Success", "edx_video_id": "talk-1"}
        assert source.asked == ["/3_yD_cEKoCk/en.srt"]
        assert lib.version_num("video:v1") == versions + 1
        assert paths(lib) == ["static/transcript-en.srt"]
        transcript = f"{lib.handler('video:v1', 'studio_transcript')}translation"
        assert "Good morning" in lib.http.get(transcript, {"language_code": "en"}).content.decode()
        assert self.ask(lib.http, "check").json()["command"] == "found"

    def test_other_sources_of_the_video_make_no_difference(self, lib: BlockClient, source: Source) -> None:
        on_youtube = {"mode": "youtube", "video": source_of.GOOD, "type": "youtube"}
        others = [{"mode": "edx_video_id", "type": "edx_video_id", "video": None}, {"type": "html5", "video": ""}, {}]
        for videos, command in (([*others, on_youtube], "import"), (others, "not_found")):
            query = {"data": json.dumps({"locator": lib.key("video:v1"), "videos": videos})}
            assert lib.http.get("/transcripts/check", query).json()["command"] == command

    def test_it_takes_the_place_of_the_one_that_was_there(self, lib: BlockClient, source: Source) -> None:
        transcript = f"{lib.handler('video:v1', 'studio_transcript')}translation"
        older = SimpleUploadedFile("t.srt", source_of.SRT.replace("morning", "evening").encode())
        form = {"edx_video_id": "", "language_code": "en", "new_language_code": "en", "file": older}
        assert lib.http.post(transcript, form).status_code == 201
        self.ask(lib.http, "replace")
        assert paths(lib) == ["static/transcript-en.srt"]
        assert "Good morning" in lib.http.get(transcript, {"language_code": "en"}).content.decode()

    @pytest.mark.parametrize(
        ("video", "status"),
        [
            (source_of.ABSENT, 400),
            (source_of.EMPTY, 400),
            (source_of.NO_SRT, 400),
            (source_of.TOO_LONG, 400),
            (source_of.ELSEWHERE, 400),  # where it leads is not the source
            (source_of.BROKEN, 503),
            (source_of.SLOW, 503),
        ],
    )
    def test_what_the_source_does_not_give_changes_nothing(
        self, lib: BlockClient, source: Source, monkeypatch: pytest.MonkeyPatch, video: str, status: int
    ) -> None:
        if video == source_of.SLOW:
            monkeypatch.setattr("studio.editors.transcripts.MAX_SECONDS", 0.5)
        versions = lib.version_num("video:v1")
        response = self.ask(lib.http, "replace", video)
        assert response.status_code == status
        assert "upload" in str(response.json()).lower() or "SRT" in str(response.json())
        assert source.asked == [f"/{video}/en.srt"]
        assert (lib.version_num("video:v1"), paths(lib)) == (versions, [])

    def test_a_source_that_is_gone_is_no_fault_of_the_author(self, lib: BlockClient, settings: Any) -> None:
        with source_of.transcript_source() as gone:
            settings.TRANSCRIPT_SOURCE = gone.template
        response = self.ask(lib.http, "replace")
        assert response.status_code == 503
        assert "Try again later" in response.json()["detail"]

    @pytest.mark.parametrize("video", ["", "short", "a/../../b/cc", "?x=y&z=aaaa", "3_yD_cEK%2f"])
    def test_only_an_id_gets_into_the_address(self, lib: BlockClient, source: Source, video: str) -> None:
        response = self.ask(lib.http, "replace", video)
        assert response.status_code == 400
        assert "YouTube ID" in response.json()["videos"][0]
        assert source.asked == []

    def test_nothing_is_fetched_unless_the_site_names_a_source(self, lib: BlockClient) -> None:
        assert self.ask(lib.http, "check").json()["command"] == "not_found"
        response = self.ask(lib.http, "replace")
        assert response.status_code == 400
        assert response.json() == {
            "videos": ["This site imports no transcripts. Upload a file with the transcript instead."]
        }

    def test_nothing_is_fetched_for_those_who_may_not_edit(
        self, lib: BlockClient, source: Source, reader: User, stranger: User, api_client: ClientFactory
    ) -> None:
        for user, status in ((reader, 403), (stranger, 403), (None, 401)):
            assert self.ask(api_client(user), "replace").status_code == status
        assert self.ask(lib.http, "replace", name="video:v2").status_code == 404
        assert (source.asked, paths(lib)) == ([], [])

    def test_only_videos_have_transcripts(self, lib: BlockClient, source: Source) -> None:
        lib.add("html:h1", "<html/>")
        assert self.ask(lib.http, "replace", name="html:h1").status_code == 400
        assert paths(lib, "html:h1") == []

    def test_a_link_on_another_site_imports_nothing(self, lib: BlockClient, source: Source, author: User) -> None:
        browser = Client()
        browser.force_login(author)
        data = json.dumps({"locator": lib.key("video:v1"), "videos": [{"type": "youtube", "video": source_of.GOOD}]})
        assert browser.get("/transcripts/replace", {"data": data}).status_code == 403
        assert browser.head("/transcripts/replace", {"data": data}, headers=FROM_SCRIPT).status_code == 405
        assert (source.asked, paths(lib)) == ([], [])


class TestThumbnails:
    def post(self, http: Any, data: bytes, video_id: str = "talk-1", library: str = "lib:CL-TEST:lib1") -> Any:
        return http.post(f"/video_images/{library}/{video_id}", {"file": SimpleUploadedFile("t.png", data)})

    def test_a_picture_becomes_a_file_of_each_video_with_the_id(self, lib: BlockClient) -> None:
        lib.add("video:v2", '<video edx_video_id="talk-1"/>')
        lib.add("video:other", '<video edx_video_id="talk-11"/>')
        lib.add("html:h1", "<html><![CDATA[talk-1]]></html>")
        response = self.post(lib.http, picture())
        assert response.status_code == 200
        found = lib.http.get(response.json()["image_url"])
        assert (found["Content-Type"], found.getvalue()) == ("image/png", picture())
        for name, expected in (("video:v1", 1), ("video:v2", 1), ("video:other", 0), ("html:h1", 0)):
            assert paths(lib, name) == ["static/video-thumbnail.png"] * expected
        assert 'display_name="Talk"' in lib.olx("video:v1")

    def test_it_is_one_change_and_brings_no_deleted_video_back(self, lib: BlockClient) -> None:
        lib.add("video:v2", '<video edx_video_id="talk-1"/>')
        lib.add("video:gone", '<video edx_video_id="talk-1"/>')
        lib.delete("video:gone")
        changes = DraftChangeLog.objects.count()
        assert self.post(lib.http, picture()).status_code == 200
        assert DraftChangeLog.objects.count() == changes + 1
        assert lib.status_of("video:gone") == 404

    def test_other_files_of_the_video_stay(self, lib: BlockClient) -> None:
        lib.ok(lib.http.put(lib.url("video:v1", "assets/static/notes.txt"), {"content": SimpleUploadedFile("n", b"N")}))
        self.post(lib.http, picture())
        assert paths(lib) == ["static/notes.txt", "static/video-thumbnail.png"]

    def test_only_videos_are_read(self, lib: BlockClient) -> None:
        """What is long is in a file: one that is lost makes no difference here."""
        lib.add("html:long", f"<html><![CDATA[talk-1 {'x' * Media.MAX_TEXT_LENGTH}]]></html>")
        Path(str(Media.objects.get(text=None).os_path())).unlink()
        assert self.post(lib.http, picture()).status_code == 200

    def test_another_one_takes_its_place(self, lib: BlockClient) -> None:
        self.post(lib.http, picture("PNG"))
        assert self.post(lib.http, picture("JPEG")).status_code == 200
        assert paths(lib) == ["static/video-thumbnail.jpg"]

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "empty"),
            (b"PNG", "valid image"),
            (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "valid image"),
            (picture("BMP"), "GIF, JPEG or PNG"),
            (picture() + b"x" * (2 * 1024 * 1024), "2 MiB"),
        ],
    )
    def test_what_is_no_picture_is_refused(self, lib: BlockClient, data: bytes, message: str) -> None:
        response = self.post(lib.http, data)
        assert response.status_code == 400
        assert message in response.json()["file"][0]
        assert paths(lib) == []

    def test_a_form_without_a_file_is_refused(self, lib: BlockClient) -> None:
        response = lib.http.post("/video_images/lib:CL-TEST:lib1/talk-1", {})
        assert (response.status_code, list(response.json())) == (400, ["file"])

    def test_it_needs_a_video_and_the_right_to_edit_it(
        self, lib: BlockClient, library: ContentLibrary, make_member: MemberFactory, api_client: ClientFactory
    ) -> None:
        for video_id in ("no-such", "%00"):
            assert self.post(lib.http, picture(), video_id).status_code == 404
        assert self.post(lib.http, picture(), library="lib:CL-TEST:none").status_code == 404
        assert self.post(lib.http, picture(), library="course-v1:A+B+C").status_code == 404
        assert self.post(api_client(make_member(library, "read")), picture()).status_code == 403
        assert self.post(api_client(None), picture()).status_code == 401
        assert paths(lib) == []
