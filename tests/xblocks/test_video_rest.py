"""Transcripts of videos by their handlers (wire: host-videos), and the site's store of videos."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from edxval import api as edxval_api
from edxval.models import Video, VideoTranscript

from .client import BlockClient
from .conftest import ActingAs

SRT = "1\n00:00:01,000 --> 00:00:02,500\nGood morning\n\n2\n00:00:03,000 --> 00:00:04,000\nGood night\n\n"
VIDEO = '<video display_name="Talk" xqa="kept"><source src="a.mp4"/><unheard of="me"/></video>'


class Transcripts:
    """What the video editor does with the transcripts of one video."""

    def __init__(self, lib: BlockClient, name: str = "video:v1") -> None:
        self.lib = lib
        self.name = name
        self.url = f"{lib.handler(name, 'studio_transcript')}translation"

    def upload(self, language: str, text: str | bytes = SRT, **form: str) -> Any:
        data = text.encode() if isinstance(text, str) else text
        form = {"edx_video_id": "", "language_code": language, "new_language_code": language, **form}
        return self.lib.http.post(self.url, {**form, "file": SimpleUploadedFile("t.srt", data)})

    def download(self, language: str) -> Any:
        return self.lib.http.get(self.url, {"language_code": language})

    def delete(self, language: str) -> Any:
        return self.lib.http.delete(self.url, {"lang": language, "edx_video_id": ""}, format="json")

    def listed(self) -> dict[str, str]:
        """What the editor cuts out of the view."""
        content = self.lib.view(self.name, "studio_view")["content"]
        text = content.partition('"transcripts": ')[2].partition(', "youtube_id_0_75": ')[0]
        value: dict[str, str] = json.loads(text)["value"]
        return value


@pytest.fixture
def transcripts(lib: BlockClient) -> Transcripts:
    """A video without transcripts."""
    lib.add("video:v1", VIDEO)
    return Transcripts(lib)


def paths(lib: BlockClient, name: str = "video:v1") -> list[str]:
    return [file["path"] for file in lib.get(name, "assets/")["files"]]


def test_an_uploaded_transcript_is_a_file_of_the_component(lib: BlockClient, transcripts: Transcripts) -> None:
    versions = lib.version_num("video:v1")
    response = transcripts.upload("de")
    assert response.status_code == 201
    assert json.loads(response.content) == {"edx_video_id": "", "language_code": "de"}
    assert lib.version_num("video:v1") == versions + 1
    assert paths(lib) == ["static/transcript-de.srt"]
    assert transcripts.listed() == {"de": "transcript-de.srt"}
    assert transcripts.download("de").content.decode() == SRT


def test_other_parts_of_the_olx_survive(lib: BlockClient, transcripts: Transcripts) -> None:
    transcripts.upload("de")
    olx = lib.olx("video:v1")
    for text in ('<source src="a.mp4"/>', '<unheard of="me"/>', 'xqa="kept"', 'display_name="Talk"'):
        assert text in olx
    assert "edx_video_id" not in olx
    transcripts.delete("de")
    assert lib.olx("video:v1") == VIDEO


def test_uploading_again_replaces_the_file(lib: BlockClient, transcripts: Transcripts) -> None:
    transcripts.upload("en")
    transcripts.upload("en", SRT.replace("morning", "evening"))
    assert "Good evening" in transcripts.download("en").content.decode()
    assert paths(lib) == ["static/transcript-en.srt"]


def test_a_transcript_gets_another_language(lib: BlockClient, transcripts: Transcripts) -> None:
    transcripts.upload("de")
    transcripts.upload("de", new_language_code="fr")
    assert transcripts.listed() == {"fr": "transcript-fr.srt"}
    assert paths(lib) == ["static/transcript-fr.srt"]
    transcripts.upload("es")
    assert transcripts.upload("es", new_language_code="fr").status_code == 400
    assert sorted(transcripts.listed()) == ["es", "fr"]


def test_a_deleted_transcript_is_gone_and_an_old_version_has_it(lib: BlockClient, transcripts: Transcripts) -> None:
    transcripts.upload("de")
    before = lib.version_num("video:v1")
    assert transcripts.delete("de").status_code == 200
    assert (transcripts.listed(), paths(lib)) == ({}, [])
    assert transcripts.download("de").status_code == 404
    assert '"transcript-de.srt"' in lib.olx(f"video:v1@{before}").replace("&quot;", '"')
    old = lib.handler(f"video:v1@{before}", "transcript")
    assert lib.http.get(f"{old}translation/de").json()["text"] == ["Good morning", "Good night"]


def test_transcripts_are_shown_to_learners(lib: BlockClient, transcripts: Transcripts) -> None:
    transcripts.upload("de")
    lib.http.post(lib.xblock_url("video:v1", "fields/"), {"metadata": {"download_track": True}}, format="json")
    url = lib.handler("video:v1", "transcript")
    assert lib.http.get(f"{url}available_translations").json() == ["de"]
    shown = lib.http.get(f"{url}translation/de").json()
    assert shown == {"start": [1000, 3000], "end": [2500, 4000], "text": ["Good morning", "Good night"]}
    text = lib.http.get(f"{url}download", {"lang": "de"})
    assert text["Content-Disposition"] == 'attachment; filename="transcript-de.srt"'


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({}, ""),
        ({}, "no captions"),
        ({}, b"\xff\xfe\x00"),
        ({}, "1\n00:00:01,000 --> later\nx\n"),
        ({"new_language_code": "../../x"}, SRT),
        ({"new_language_code": 'de"\r\nX: y'}, SRT),
    ],
)
def test_what_is_no_transcript_is_refused(
    lib: BlockClient, transcripts: Transcripts, form: dict[str, str], text: str | bytes
) -> None:
    assert transcripts.upload("de", text, **form).status_code == 400
    assert (lib.olx("video:v1"), paths(lib)) == (VIDEO, [])


def test_only_authors_change_transcripts_and_only_of_the_draft(
    lib: BlockClient, transcripts: Transcripts, acting_as: ActingAs, reader: User
) -> None:
    transcripts.upload("de")
    lib.publish("video:v1")
    for other in (Transcripts(acting_as(reader)), Transcripts(lib, "video:v1@published")):
        assert other.upload("de", SRT.replace("morning", "evening")).status_code == 403
        assert other.upload("fr").status_code == 403
        assert other.delete("de").status_code == 403
        assert "morning" in other.download("de").content.decode()
    assert paths(lib) == ["static/transcript-de.srt"]


def test_a_transcript_of_an_import_is_found_by_its_older_names(lib: BlockClient) -> None:
    lib.add("video:v1", '<video sub="OEoX"><transcript language="de" src="/static/deutsch.srt"/></video>')
    captions = {"start": [1000], "end": [2500], "text": ["Good morning"]}
    for path, data in (
        ("static/subs_OEoX.srt.sjson", json.dumps(captions).encode()),
        ("static/deutsch.srt", SRT.encode()),
    ):
        file = SimpleUploadedFile("f", data)
        lib.ok(lib.http.put(lib.url("video:v1", f"assets/{path}"), {"content": file}, format="multipart"))
    transcripts = Transcripts(lib)
    assert "00:00:01,000 --> 00:00:02,500\nGood morning" in transcripts.download("en").content.decode()
    assert transcripts.download("de").content.decode() == SRT
    assert sorted(transcripts.listed()) == ["de", "en"]
    transcripts.delete("en")
    assert list(transcripts.listed()) == ["de"]
    assert paths(lib) == ["static/deutsch.srt"]


@pytest.mark.parametrize("data", [b"{", b'{"start": [1]}', b"\x00", b"[]"])
def test_a_broken_file_is_no_server_error(lib: BlockClient, data: bytes) -> None:
    lib.add("video:v1", '<video sub="x"/>')
    file = SimpleUploadedFile("f", data)
    url = lib.url("video:v1", "assets/static/subs_x.srt.sjson")
    lib.ok(lib.http.put(url, {"content": file}, format="multipart"))
    assert Transcripts(lib).download("en").status_code == 404
    assert lib.http.get(f"{lib.handler('video:v1', 'transcript')}translation/en").status_code == 404
    assert lib.view("video:v1", "studio_view")["content"]


def test_a_site_that_does_not_ask_youtube_answers_so(lib: BlockClient) -> None:
    lib.add("video:v1", '<video youtube="1.00:abc"/>')
    assert lib.http.get(lib.handler("video:v1", "yt_video_metadata")).status_code == 400


class TestTheSitesStore:
    """Videos that ``edxval`` knows."""

    OLX = '<video edx_video_id="abc-1" display_name="V" xqa="kept"><source src="a.mp4"/><video_asset x="1"/></video>'

    @pytest.fixture
    def _stored(self, db: None) -> None:
        edxval_api.create_video(
            {
                "edx_video_id": "abc-1",
                "client_video_id": "talk.mp4",
                "duration": 60,
                "status": "file_complete",
                "encoded_videos": [],
                "courses": [],
            }
        )
        edxval_api.create_video_transcript("abc-1", "fr", "srt", SimpleUploadedFile("f.srt", SRT.encode()))

    @pytest.mark.usefixtures("_stored")
    def test_its_transcripts_are_read_and_not_changed(self, lib: BlockClient) -> None:
        lib.add("video:v1", self.OLX)
        transcripts = Transcripts(lib)
        assert list(transcripts.listed()) == ["fr"]
        assert "Good morning" in transcripts.download("fr").content.decode()
        assert transcripts.delete("fr").status_code == 400
        assert transcripts.upload("de", edx_video_id="abc-1").status_code == 201
        assert sorted(transcripts.listed()) == ["de", "fr"]
        assert VideoTranscript.objects.count() == 1

    @pytest.mark.usefixtures("_stored")
    def test_saving_again_and_again_adds_nothing_to_it(self, lib: BlockClient) -> None:
        lib.add("video:v1", self.OLX)
        for source in ("b.mp4", "c.mp4", "b.mp4"):
            lib.save("video:v1", metadata={"html5_sources": [source]})
            lib.view("video:v1")
            lib.view("video:v1", "studio_view")
        assert Video.objects.count() == 1
        assert VideoTranscript.objects.count() == 1
        olx = lib.olx("video:v1")
        for kept in ('<source src="b.mp4"/>', '<video_asset x="1"/>', 'edx_video_id="abc-1"', 'xqa="kept"'):
            assert olx.count(kept) == 1
        assert "a.mp4" not in olx
        assert "transcript" not in olx

    def test_no_id_is_invented(self, lib: BlockClient, transcripts: Transcripts) -> None:
        transcripts.upload("de")
        lib.save("video:v1", metadata={"html5_sources": ["b.mp4"], "youtube_id_1_0": "abc"})
        lib.view("video:v1")
        assert not Video.objects.exists()
        assert "edx_video_id" not in lib.read("video:v1", "fields/")["metadata"]

    def test_an_id_that_it_does_not_know_is_kept(self, lib: BlockClient) -> None:
        lib.add("video:v1", self.OLX)
        lib.save("video:v1", metadata={"display_name": "New"})
        assert lib.olx("video:v1") == self.OLX.replace('"V"', '"New"')
        assert not Video.objects.exists()
