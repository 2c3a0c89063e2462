"""A library and a course that reuses it, as authors see them: the course over HTTP, the library by short names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.contrib.auth.models import User
from opaque_keys.edx.keys import UsageKey
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import ContentLibrary
from tests.courses.building import COURSE_KEY, ROOT, SECTION, SUBSECTION, UNIT

LINKS = "/api/contentstore/v2/downstreams/"
KINDS = {"sec": "section", "sub": "subsection", "unit": "unit", "t": "html", "p": "problem", "v": "video"}


class Shelf:
    """
    Items of a library by names that tell their kinds: ``sec1``, ``sub1``, ``unit1``, ``t1`` (a Text), ``p1``, ``v1``.
    """

    def __init__(self, library: ContentLibrary) -> None:
        assert library.learning_package_id is not None
        self.library = library
        self.pk: int = library.learning_package_id

    def kind(self, name: str) -> str:
        return KINDS[name.rstrip("0123456789")]

    def key(self, name: str) -> str:
        kind = self.kind(name)
        prefix = "lct" if kind in api.CONTAINER_TYPES else "lb"
        return f"{prefix}:{str(self.library.library_key).removeprefix('lib:')}:{kind}:{name}"

    def ref(self, name: str) -> str:
        kind = self.kind(name)
        return name if kind in api.CONTAINER_TYPES else f"xblock.v1:{kind}:{name}"

    def component(
        self, name: str, *, title: str = "", body: str = "", files: Mapping[str, bytes] | None = None, **settings: str
    ) -> None:
        """Create a component, or give it its next version."""
        kind = self.kind(name)
        body = body or f"<p>Text of {name}</p>"
        inner = f"<![CDATA[{body}]]>" if kind == "html" else body
        olx = api_olx(f"<{kind}>{inner}</{kind}>", settings)
        stored = {learning_core.media_digest(data): data for data in (files or {}).values()}
        media = tuple(
            learning_core.FileMedia(
                f"static/{path}", learning_core.media_type_of(path), learning_core.media_digest(data), len(data)
            )
            for path, data in (files or {}).items()
        )
        write = learning_core.ComponentWrite(kind, name, title or name.title(), olx, media)
        learning_core.write_drafts(
            self.pk,
            components=[write],
            author_pk=None,
            file_bytes=lambda digests: ((digest, stored[digest]) for digest in digests),
        )

    def container(self, name: str, *children: str, title: str = "") -> None:
        """Create a container, or give it its next version."""
        write = learning_core.ContainerWrite(
            self.kind(name), name, title or name.title(), tuple(self.ref(child) for child in children)
        )
        learning_core.write_drafts(self.pk, containers=[write], author_pk=None)

    def publish(self, *names: str) -> None:
        pks = [self.pk_of(name) for name in names] if names else None
        learning_core.publish(self.pk, pks, author_pk=None)

    def delete(self, name: str) -> None:
        learning_core.delete_item(self.pk, self.pk_of(name), author_pk=None)

    def restore(self, name: str) -> None:
        learning_core.restore_item(self.pk, self.pk_of(name), author_pk=None)

    def pk_of(self, name: str) -> int:
        return learning_core.entity_pks_of(self.pk, [self.ref(name)])[self.ref(name)]

    def fill(self) -> None:
        """A section with a subsection with two units; everything is published at version 1."""
        self.component("t1", title="Text one", body="<p>One</p>")
        self.component("p1", title="Problem one", max_attempts="3", rerandomize="always", markdown="one")
        self.component("t2", title="Text two", body="<p>Two</p>")
        self.container("unit1", "t1", "p1", title="Unit one")
        self.container("unit2", "t2", title="Unit two")
        self.container("sub1", "unit1", "unit2", title="Subsection one")
        self.container("sec1", "sub1", title="Section one")
        self.publish()


def api_olx(olx: str, settings: Mapping[str, str]) -> str:
    from content_libraries.olx.api import with_attributes

    return with_attributes(olx, dict(settings))


class Author:
    """Somebody who works on the course over HTTP."""

    def __init__(self, client: APIClient, user: User) -> None:
        self.client = client
        self.user = user

    def create(self, item: str, parent: UsageKey, **body: Any) -> UsageKey:
        response = self.try_create(item, parent, **body)
        assert response.status_code == 200, response.json()
        key: UsageKey = UsageKey.from_string(response.json()["locator"])
        return key

    def try_create(self, item: str, parent: UsageKey, **body: Any) -> Any:
        body = {"parent_locator": str(parent), "library_content_key": item, **body}
        return self.client.post("/xblock/", body, format="json")

    def link(self, usage_key: UsageKey) -> dict[str, Any]:
        response = self.client.get(f"{LINKS}{quote(str(usage_key))}")
        assert response.status_code == 200, response.json()
        return dict(response.json())

    def sync(self, usage_key: UsageKey, **body: Any) -> dict[str, Any]:
        response = self.try_sync(usage_key, **body)
        assert response.status_code == 200, response.json()
        return dict(response.json())

    def try_sync(self, usage_key: UsageKey, **body: Any) -> Any:
        return self.client.post(f"{LINKS}{quote(str(usage_key))}/sync", body or None, format="json")

    def decline(self, usage_key: UsageKey) -> None:
        response = self.try_decline(usage_key)
        assert response.status_code == 204, response.json()

    def try_decline(self, usage_key: UsageKey) -> Any:
        return self.client.delete(f"{LINKS}{quote(str(usage_key))}/sync")

    def unlink(self, usage_key: UsageKey) -> None:
        response = self.try_unlink(usage_key)
        assert response.status_code == 204, response.json()

    def try_unlink(self, usage_key: UsageKey) -> Any:
        return self.client.delete(f"{LINKS}{quote(str(usage_key))}")

    def relink(self, usage_key: UsageKey, upstream: str | None, **body: Any) -> Any:
        return self.client.put(f"{LINKS}{quote(str(usage_key))}", {"upstream_ref": upstream, **body}, format="json")

    def links(self, **query: Any) -> list[dict[str, Any]]:
        query = {"course_id": str(COURSE_KEY), "no_page": "true", **query}
        response = self.client.get(LINKS, query)
        assert response.status_code == 200, response.json()
        return list(response.json())

    def ready(self, **query: Any) -> list[str]:
        """Keys of what the review page lists."""
        rows = self.links(ready_to_sync="true", use_top_level_parents="true", **query)
        return [row["downstream_usage_key"] for row in rows]

    def summary(self) -> list[dict[str, Any]]:
        response = self.client.get(f"{LINKS}{quote(str(COURSE_KEY))}/summary")
        assert response.status_code == 200, response.json()
        return list(response.json())

    def preview(self, usage_key: UsageKey, **body: Any) -> dict[str, Any]:
        body = {"usage_key": str(usage_key), **body}
        response = self.client.post("/api/content_library/v1/sync_previews/", body, format="json")
        assert response.status_code == 200, response.json()
        return dict(response.json())

    def preview_course(self) -> dict[str, Any]:
        response = self.client.post(
            "/api/content_library/v1/sync_previews/", {"course_key": str(COURSE_KEY)}, format="json"
        )
        assert response.status_code == 200, response.json()
        return dict(response.json())


def actions(preview: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(action, reason, title in the course) of the steps of a preview."""
    return [(step["action"], step["reason"], step["title"]) for step in preview["steps"]]


def block(usage_key: UsageKey) -> api.Block:
    return api.get_block(usage_key, user=OPERATOR)


def children(usage_key: UsageKey) -> list[UsageKey]:
    return list(block(usage_key).children)


def child(usage_key: UsageKey, *indexes: int) -> UsageKey:
    """Go down in the course by positions."""
    for index in indexes:
        usage_key = block(usage_key).children[index]
    return usage_key


def titles(usage_keys: Sequence[UsageKey]) -> list[str]:
    return [block(key).title for key in usage_keys]


def body(usage_key: UsageKey) -> str:
    from content_libraries.olx.api import body_of

    return body_of(block(usage_key).olx)


def edit(usage_key: UsageKey, *, text: str | None = None, **settings: str | None) -> None:
    """Change a block as an author does: its settings, or the body of a Text."""
    olx = None
    if text is not None:
        from content_libraries.olx.api import inlined

        olx = inlined(block(usage_key).olx, text)
    api.edit_block(usage_key, user=OPERATOR, settings=settings, olx=olx)


def write_unlinked(*changes: api.Change) -> None:
    """Change a course as an import does, which nobody guards."""
    api.course_store().apply(COURSE_KEY, api.CoursePlan(changes), author_pk=None)
    api.rebuild_links(COURSE_KEY)


def write_file(path: str, data: bytes) -> None:
    """Add a file to a course as an import does, which does not look into it."""
    digest = learning_core.media_digest(data)
    plan = api.CoursePlan((api.PutFile(path, digest, len(data)),))
    api.course_store().apply(COURSE_KEY, plan, author_pk=None, file_bytes=lambda digests: iter([(digest, data)]))


__all__ = [
    "COURSE_KEY",
    "LINKS",
    "ROOT",
    "SECTION",
    "SUBSECTION",
    "UNIT",
    "Author",
    "Shelf",
    "actions",
    "block",
    "body",
    "child",
    "children",
    "edit",
    "titles",
    "write_file",
    "write_unlinked",
]
