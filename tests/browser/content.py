"""What an author puts into the demo's library over the API, with the cookies of a window."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final
from uuid import uuid4

from PIL import Image
from playwright.sync_api import APIResponse, FilePayload, Page

LIBRARY: Final = "lib:DemoX:welcome"


class Author:
    """Makes components; ``page`` is the author's window."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        token = page.request.get(f"{site}/csrf/api/v1/token").json()["csrfToken"]
        self._headers = {"X-CSRFToken": token, "Referer": f"{site}/"}

    def add(self, block_type: str, olx: str) -> str:
        """Create a component with this OLX; its key."""
        body = {"block_type": block_type, "definition_id": uuid4().hex}
        key: str = self._post(f"/api/libraries/v2/{LIBRARY}/blocks/", body)["id"]
        self.set_olx(key, olx)
        return key

    def set_olx(self, key: str, olx: str) -> int:
        """Save OLX; the number of the version that it makes."""
        version_num: int = self._post(f"/api/libraries/v2/blocks/{key}/olx/", {"olx": olx})["version_num"]
        return version_num

    def olx(self, key: str) -> str:
        text: str = self._ok(self.page.request.get(f"{self.site}/api/xblock/v2/xblocks/{key}/olx/"))["olx"]
        return text

    def put_picture(self, key: str, path: str, *, width: int) -> None:
        """Upload a picture of one row of pixels."""
        data = BytesIO()
        Image.new("RGB", (width, 1), "red").save(data, "PNG")
        file: FilePayload = {"name": path, "mimeType": "image/png", "buffer": data.getvalue()}
        url = f"{self.site}/api/libraries/v2/blocks/{key}/assets/{path}"
        self._ok(self.page.request.put(url, multipart={"content": file}, headers=self._headers))

    def put_transcript(self, key: str, language: str, text: str) -> None:
        """Upload a transcript as the video editor does."""
        url = f"{self.site}/api/xblock/v2/xblocks/{key}/handler_url/studio_transcript/"
        handler = self._ok(self.page.request.get(url))["handler_url"]
        form: dict[str, str | float | bool | bytes | FilePayload] = {
            "edx_video_id": "",
            "language_code": language,
            "new_language_code": language,
            "file": {"name": "t.srt", "mimeType": "application/x-subrip", "buffer": text.encode()},
        }
        self._ok(self.page.request.post(f"{handler}translation", multipart=form))

    def try_to_publish(self, library: str) -> APIResponse:
        """Ask for a publish of everything; the answer, whatever it is."""
        url = f"{self.site}/api/libraries/v2/{library}/commit/"
        return self.page.request.post(url, headers=self._headers)

    def start_sync(self, course: str) -> None:
        """Let a worker sync a course."""
        self._post("/api/content_library/v1/sync_runs/", {"course_keys": [course]})

    def request_release(self, library: str, item_keys: list[str], *, title: str, reason: str) -> None:
        """Make a release of these items, and ask for its publication."""
        releases = "/api/content_library/v1/releases/"
        made = self._post(releases, {"library_key": library, "item_keys": item_keys, "title": title})
        self._post(f"{releases}{made['uuid']}/requests/", {"reason": reason})

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._ok(self.page.request.post(self.site + path, data=body, headers=self._headers))

    def _ok(self, response: APIResponse) -> Any:
        assert response.ok, (response.status, response.url, response.text())
        return response.json()
