"""Editors inside of library pages (4)."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

from ..transcript_source import ABSENT, GOOD, SRT
from .call import Call, Case, Form, has
from .components import PAGE, UPLOAD
from .library import DEFINITION

XBLOCKS = "/api/xblock/v2/xblocks/"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

CREATE = Call(
    "POST /api/libraries/v2/{library}/blocks/",
    {"id": f"lb:DemoX:welcome:html:{DEFINITION}"},
    {"block_type": "html", "definition_id": DEFINITION},
    keeps={"new": "id"},
)
TRANSCRIPTS = Call(
    f"GET {XBLOCKS}{{video}}/handler_url/studio_transcript/",
    {"handler_url": lambda url: url.startswith("http") and url.endswith("/")},
    keeps={"handler": "handler_url"},
)
TRANSCRIPT = Call(
    "POST {handler}translation",
    {"edx_video_id": str},
    Form(
        "file",
        "fr.srt",
        SRT.encode(),
        {"edx_video_id": "", "language_code": "fr", "new_language_code": "fr"},
    ),
    answer=201,
)


NEW_VIDEO = Call(
    "POST /api/libraries/v2/{library}/blocks/",
    sends={"block_type": "video", "definition_id": DEFINITION},
    keeps={"new_video": "id"},
)


def youtube(key: str, video: str = GOOD) -> str:
    """What the video editor puts into the address when it asks about transcripts; "" for a video that is not there."""
    videos = [{"mode": "youtube", "video": video, "type": "youtube"}] if video else []
    # Braces of JSON are no names of keys; the key stays one.
    return quote(json.dumps({"locator": "KEY", "videos": videos})).replace("KEY", key)


def transcripts_in(html: str) -> Any:
    """What the video editor cuts out of the studio view: the text between two names is JSON."""
    text = html.replace("&#34;", '"').partition('"transcripts": ')[2].partition(', "youtube_id_0_75": ')[0]
    return json.loads(text)["value"]


CASES = (
    Case("a new text", CREATE),
    Case(
        "save a new text whose title was not touched",
        Call(
            f"POST {XBLOCKS}{{new}}/fields/",
            {"id": "{new}", "data": "<p>Hello</p>"},
            {
                "category": "html",
                "courseKey": "{library}",
                "data": "<p>Hello</p>",
                "has_changes": True,
                "id": "{new}",
                "metadata": {"display_name": None},
            },
        ),
        (CREATE,),
    ),
    Case("a picture in a new text", UPLOAD),
    Case(
        "transcripts of a video that does not exist yet",
        Call(f"GET {XBLOCKS}/handler_url/studio_transcript/", answer=404),
    ),
    Case(
        "what the video editor can do",
        Call("GET /video_features/", {"allowThumbnailUpload": True, "videoSharingEnabled": False}),
    ),
    Case(
        "open an editor", Call(f"GET {XBLOCKS}{{text}}/fields/", {"display_name": str, "data": str, "metadata": dict})
    ),
    Case("pictures to choose from", Call("GET /api/libraries/v2/blocks/{text}/assets/", {"files": list})),
    Case(
        "open the video editor",
        Call(
            f"GET {XBLOCKS}{{video}}/view/studio_view/",
            {"content": lambda html: transcripts_in(html) == {"en": "reuse-intro-en.txt"}},
        ),
    ),
    Case("URL of transcripts", TRANSCRIPTS),
    Case(
        "a video with a transcript",
        Call(f"GET /transcripts/check?data={youtube('{video}')}", {"status": "Success", "command": "found"}),
    ),
    Case(
        "a video without a transcript",
        Call(f"GET /transcripts/check?data={youtube('{new_video}', '')}", {"command": "not_found"}),
        (NEW_VIDEO,),
    ),
    Case(
        "a video without a transcript, which YouTube has",
        Call(f"GET /transcripts/check?data={youtube('{new_video}')}", {"status": "Success", "command": "import"}),
        (NEW_VIDEO,),
    ),
    Case(
        "transcripts of a video that the user may not see",
        Call(f"GET /transcripts/check?data={youtube('{video}')}", {"detail": str}, user="outsider", answer=403),
    ),
    Case(
        "transcripts of nothing",
        Call(f"GET /transcripts/check?data={youtube('')}", {"locator": list}, answer=400),
    ),
    Case("transcripts of what is no JSON", Call("GET /transcripts/check?data=x", {"data": list}, answer=400)),
    Case("transcripts without a question", Call("GET /transcripts/check", {"data": list}, answer=400)),
    Case(
        "import a transcript from YouTube",
        Call(f"GET /transcripts/replace?data={youtube('{new_video}')}", {"status": "Success", "edx_video_id": str}),
        (NEW_VIDEO,),
    ),
    Case(
        "import a transcript that is not there",
        Call(f"GET /transcripts/replace?data={youtube('{video}', ABSENT)}", {"videos": list}, answer=400),
    ),
    Case(
        "import a transcript without the right",
        Call(f"GET /transcripts/replace?data={youtube('{video}')}", {"detail": str}, user="user", answer=403),
    ),
    Case("videos of a library", Call("GET /videos/{library}", answer=404)),
    Case("settings of a library as if it were a course", Call("GET /settings/details/{library}", answer=404)),
    Case(
        "upload a thumbnail",
        Call(
            "POST /video_images/{library}/talk-1",
            {"image_url": lambda url: url.startswith("http") and url.endswith(".png")},
            Form("file", "t.png", PNG),
        ),
        (Call(f"POST {XBLOCKS}{{video}}/fields/", sends={"metadata": {"edx_video_id": "talk-1"}}),),
    ),
    Case(
        "upload a thumbnail that is no picture",
        Call("POST /video_images/{library}/talk-1", {"file": list}, Form("file", "t.png", b"PNG"), answer=400),
    ),
    Case(
        "upload a thumbnail of no video",
        Call("POST /video_images/{library}/no-video", {"detail": str}, Form("file", "t.png", PNG), answer=404),
    ),
    Case(
        "the pdf editor",
        Call("GET {pdf_handler}"),
        (
            Call(
                f"GET {XBLOCKS}{{pdf}}/handler_url/load_pdf/",
                {"handler_url": str},
                keeps={"pdf_handler": "handler_url"},
            ),
        ),
    ),
    Case("the advanced editor", Call("GET /xblocks/v2/{poll}/embed/studio_view/", PAGE)),
    Case(
        "save a problem",
        Call(
            f"POST {XBLOCKS}{{problem}}/fields/",
            {"id": "{problem}", "data": has("<multiplechoiceresponse>"), "metadata": {"max_attempts": 2}},
            {
                "data": "<problem><multiplechoiceresponse><choicegroup><choice correct='true'>a</choice></choicegroup>"
                "</multiplechoiceresponse></problem>",
                "metadata": {
                    "display_name": "A choice",
                    "max_attempts": 2,
                    "weight": None,
                    "showanswer": "finished",
                    "show_reset_button": None,
                    "rerandomize": None,
                    "submission_wait_seconds": 0,
                    "grading_method": None,
                    "markdown": None,
                    "markdown_edited": False,
                },
            },
        ),
    ),
    Case(
        "save a video",
        Call(
            f"POST {XBLOCKS}{{video}}/fields/",
            {"id": "{video}", "metadata": {"youtube_id_1_0": "3_yD_cEKoCk", "start_time": str}},
            {
                "display_name": "A video",
                "category": "video",
                "id": "{video}",
                "metadata": {
                    "display_name": "A video",
                    "edx_video_id": "",
                    "html5_sources": [],
                    "youtube_id_1_0": "3_yD_cEKoCk",
                    "download_video": False,
                    "public_access": False,
                    "thumbnail": None,
                    "download_track": True,
                    "track": "",
                    "show_captions": True,
                    "handout": None,
                    "start_time": "00:00:01",
                    "end_time": "00:00:30",
                    "license": "creative-commons: ver=4.0 BY",
                },
            },
        ),
    ),
    Case(
        "save a pdf",
        Call(
            f"POST {XBLOCKS}{{pdf}}/fields/",
            {"id": "{pdf}", "metadata": {"display_name": "A list"}},
            {"metadata": {"display_name": "A list", "allow_download": True}},
        ),
    ),
    # Transcripts and thumbnails.
    Case("upload a transcript", TRANSCRIPT, (TRANSCRIPTS,)),
    Case(
        "read a transcript",
        Call("GET {handler}translation?language_code=fr", has("Good morning")),
        (TRANSCRIPTS, TRANSCRIPT),
    ),
    Case(
        "delete a transcript",
        Call("DELETE {handler}translation", sends={"lang": "fr", "edx_video_id": ""}),
        (TRANSCRIPTS, TRANSCRIPT),
    ),
    Case(
        "a numeric answer",
        Call(
            "POST /api/contentstore/v2/validate/numerical-input/",
            {"is_valid": True, "preview": str, "error": ""},
            {"formula": "2*x^2"},
        ),
    ),
    Case(
        "a numeric answer that is none",
        Call(
            "POST /api/contentstore/v2/validate/numerical-input/",
            {"is_valid": False, "error": lambda text: text != ""},
            {"formula": "2*("},
        ),
    ),
)
