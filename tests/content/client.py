"""A client of the REST API that speaks of one library, in as few words as a test needs."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from content_libraries.libraries.models import ContentLibrary

ROOT = "/api/libraries/v2/"


class LibraryClient:
    """
    What one user does in one library.

    Items are named by short keys: ``problem:p1`` is ``lb:CL-TEST:lib1:problem:p1``, ``unit:u1`` is
    ``lct:CL-TEST:lib1:unit:u1``.
    """

    def __init__(self, library: ContentLibrary, http: APIClient) -> None:
        self.library = library
        self.http = http

    @property
    def lib_key(self) -> str:
        return str(self.library.library_key)

    def key(self, name: str) -> str:
        item_type = name.split(":", maxsplit=1)[0]
        namespace = "lct" if item_type in {"unit", "subsection", "section"} else "lb"
        return f"{namespace}:{self.library.org.short_name}:{self.library.slug}:{name}"

    def url(self, name: str, suffix: str = "") -> str:
        key = self.key(name)
        return f"{ROOT}{'containers' if key.startswith('lct') else 'blocks'}/{key}/{suffix}"

    def library_url(self, suffix: str = "") -> str:
        return f"{ROOT}{self.lib_key}/{suffix}"

    def ok(self, response: Any, status: int = 200) -> Any:
        assert response.status_code == status, response.content
        return response.json() if response.content else None

    def create(self, name: str, title: str | None = None, children: list[str] | None = None) -> Any:
        """Create a component, or a container with children."""
        item_type, code = name.split(":")
        if self.key(name).startswith("lb"):
            body = {"block_type": item_type, "definition_id": code}
            return self.ok(self.http.post(self.library_url("blocks/"), body, format="json"))
        body = {"container_type": item_type, "slug": code, "display_name": title or code}
        created = self.ok(self.http.post(self.library_url("containers/"), body, format="json"))
        if children:
            created = self.add_children(name, *children)
        return created

    def get(self, name: str, suffix: str = "") -> Any:
        return self.ok(self.http.get(self.url(name, suffix)))

    def status_of(self, name: str, suffix: str = "") -> int:
        return self.http.get(self.url(name, suffix)).status_code

    def set_olx(self, name: str, olx: str) -> Any:
        return self.ok(self.http.post(self.url(name, "olx/"), {"olx": olx}, format="json"))

    def rename(self, name: str, title: str) -> Any:
        if self.key(name).startswith("lb"):
            return self.set_olx(name, f'<{name.split(":", maxsplit=1)[0]} display_name="{title}"/>')
        return self.ok(self.http.patch(self.url(name), {"display_name": title}, format="json"))

    def delete(self, name: str) -> None:
        self.ok(self.http.delete(self.url(name)), 204 if self.key(name).startswith("lct") else 200)

    def restore(self, name: str) -> None:
        self.ok(self.http.post(self.url(name, "restore/")), 204)

    def publish(self, name: str) -> None:
        assert self.ok(self.http.post(self.url(name, "publish/"))) == {}

    def publish_all(self) -> None:
        assert self.ok(self.http.post(self.library_url("commit/"))) == {}

    def discard_all(self) -> None:
        assert self.ok(self.http.delete(self.library_url("commit/"))) == {}

    def edit_children(self, method: str, name: str, *children: str) -> Any:
        body = {"usage_keys": [self.key(child) for child in children]}
        return getattr(self.http, method)(self.url(name, "children/"), body, format="json")

    def add_children(self, name: str, *children: str) -> Any:
        return self.ok(self.edit_children("post", name, *children))

    def children(self, name: str, *, published: bool = False) -> list[str]:
        url = self.url(name, "children/")
        items = self.ok(self.http.get(url, {"published": "true"} if published else {}))
        return [item["id"].split(":", 3)[3] for item in items]

    def collection_url(self, code: str, suffix: str = "") -> str:
        return self.library_url(f"collections/{code}/{suffix}")

    def create_collection(self, title: str, *names: str) -> Any:
        """Create a collection with items."""
        body = {"title": title, "description": ""}
        created = self.ok(self.http.post(self.library_url("collections/"), body, format="json"))
        if names:
            self.ok(self.edit_collection("patch", created["key"], *names))
        return created

    def edit_collection(self, method: str, code: str, *names: str) -> Any:
        body = {"usage_keys": [self.key(name) for name in names]}
        return getattr(self.http, method)(self.collection_url(code, "items/"), body, format="json")

    def set_collections(self, name: str, *codes: str) -> Any:
        body = {"collection_keys": list(codes)}
        return self.http.patch(self.url(name, "collections/"), body, format="json")

    def delete_collection(self, code: str) -> None:
        self.ok(self.http.delete(self.collection_url(code)), 204)

    def restore_collection(self, code: str) -> None:
        self.ok(self.http.post(self.collection_url(code, "restore/")), 204)

    def collections_of(self, name: str) -> list[str]:
        return [collection["key"] for collection in self.get(name)["collections"]]

    def is_changed(self, name: str) -> bool:
        changed: bool = self.get(name)["has_unpublished_changes"]
        return changed
