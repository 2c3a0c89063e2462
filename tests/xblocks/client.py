"""A client of the XBlock API that speaks of one library, in as few words as a test needs."""

from __future__ import annotations

from typing import Any

from tests.content.client import LibraryClient

XBLOCKS = "/api/xblock/v2/xblocks/"


class BlockClient(LibraryClient):
    """What one user does with the components of one library; ``problem:p1@published`` names a version."""

    def xblock_url(self, name: str, suffix: str = "") -> str:
        name, _, version = name.partition("@")
        return f"{XBLOCKS}{self.key(name)}{'@' if version else ''}{version}/{suffix}"

    def add(self, name: str, olx: str) -> None:
        """Create a component with this OLX."""
        self.create(name)
        self.set_olx(name, olx)

    def read(self, name: str, suffix: str = "") -> Any:
        return self.ok(self.http.get(self.xblock_url(name, suffix)))

    def olx(self, name: str) -> str:
        text: str = self.read(name, "olx/")["olx"]
        return text

    def view(self, name: str, view_name: str = "student_view") -> Any:
        return self.read(name, f"view/{view_name}/")

    def save(self, name: str, **body: Any) -> Any:
        return self.ok(self.post_fields(name, **body))

    def post_fields(self, name: str, **body: Any) -> Any:
        return self.http.post(self.xblock_url(name, "fields/"), body, format="json")

    def handler(self, name: str, handler_name: str) -> str:
        url: str = self.read(name, f"handler_url/{handler_name}/")["handler_url"]
        return url

    def embed(self, name: str, view_name: str = "student_view", **query: str) -> Any:
        return self.http.get(f"/xblocks/v2/{self.key(name)}/embed/{view_name}/", query)

    def version_num(self, name: str) -> int:
        """Number of versions that the component has: the highest that can be read."""
        number = 0
        while self.http.get(self.xblock_url(f"{name}@{number + 1}", "olx/")).status_code == 200:
            number += 1
        return number
