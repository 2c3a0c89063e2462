"""Building libraries for archives, and comparing archives."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib.auth.models import User
from openedx_content import api as content_api
from openedx_content.models_api import Container, PublishableEntity, PublishableEntityVersion

from content_libraries.backups.restoring.staging import restore_staged
from content_libraries.backups.verifying.archives import read_archive
from content_libraries.backups.writing.archive import write_archive
from content_libraries.backups.writing.selection import BackupOptions
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary

TIMES: Final = ("created", "updated", "created_at")
ABOUT_THE_LIBRARY: Final = tuple(
    f"content_libraries/{name}.jsonl" for name in ("manifest", "roles", "draft_change_logs", "publish_logs")
)


class Content:
    """The content of a library, by short names: ``u1`` is a unit if it was made as one, ``c1`` an html component."""

    def __init__(self, library: ContentLibrary) -> None:
        self.library = library
        self.pk = libraries.package_pk(library)

    def ref(self, code: str, block_type: str = "html") -> str:
        return f"xblock.v1:{block_type}:{code}"

    def component(
        self, code: str, text: str = "x", files: Mapping[str, bytes] | None = None, *, block_type: str = "html"
    ) -> str:
        """Create a component, or give it its next version. Returns its ``entity_ref``."""
        data = {learning_core.media_digest(content): content for content in (files or {}).values()}

        def file_bytes(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
            yield from ((digest, data[digest]) for digest in digests)

        learning_core.write_drafts(
            self.pk,
            components=[
                learning_core.ComponentWrite(
                    block_type,
                    code,
                    f"T {text}"[:100],
                    f"<{block_type}>{text}</{block_type}>",
                    tuple(
                        learning_core.FileMedia(
                            path,
                            learning_core.media_type_of(path),
                            learning_core.media_digest(content),
                            len(content),
                        )
                        for path, content in (files or {}).items()
                    ),
                )
            ],
            author_pk=None,
            file_bytes=file_bytes,
        )
        return self.ref(code, block_type)

    def container(self, container_type: str, code: str, *children: str, title: str = "C") -> str:
        learning_core.write_drafts(
            self.pk,
            containers=[learning_core.ContainerWrite(container_type, code, title, children)],
            author_pk=None,
        )
        return code

    def pin(self, code: str, child: str, version_num: int) -> None:
        """Give a container a new version whose only child is pinned to a version."""
        version = PublishableEntityVersion.objects.get(entity=self.entity(child), version_num=version_num)
        typed = getattr(version, "componentversion", None) or version.containerversion
        container = Container.objects.get(learning_package_id=self.pk, container_code=code)
        content_api.create_next_container_version(
            container, title="Pinned", entities=[typed], created=version.created, created_by=None
        )

    def entity(self, ref: str) -> PublishableEntity:
        return PublishableEntity.objects.get(learning_package_id=self.pk, entity_ref=ref)

    def publish(self, *refs: str) -> None:
        pks = [self.entity(ref).id for ref in refs] if refs else None
        learning_core.publish(self.pk, pks, author_pk=None)

    def draft(self, ref: str, version_num: int | None) -> None:
        """Set the draft to a version; None deletes it."""
        entity = self.entity(ref)
        version = entity.versions.get(version_num=version_num).id if version_num else None
        learning_core.move_drafts(self.pk, {entity.id: version}, author_pk=None)

    def states(self) -> dict[str, tuple[int | None, int | None]]:
        return states_of(self.pk)


def states_of(learning_package_pk: int) -> dict[str, tuple[int | None, int | None]]:
    """Map each item to the numbers of its draft and its published version."""
    rows = PublishableEntity.objects.filter(learning_package_id=learning_package_pk).values_list(
        "entity_ref", "draft__version__version_num", "published__version__version_num"
    )
    return {ref: (draft, published) for ref, draft, published in rows}


def backed_up_to(library: ContentLibrary, path: Path, user: User, **options: Any) -> Path:
    write_archive(library, path, author=user, origin="testserver", options=BackupOptions(**options))
    return path


def restored_as(path: Path, user: User, slug: str) -> ContentLibrary:
    """Restore an archive as the library ``lib:CL-TEST:SLUG``, as the two steps of frontends do."""
    staged = restore_staged(read_archive(path), path, user=user)
    return libraries.create_library(user=user, org="CL-TEST", slug=slug, title="Again", learning_package=staged.pk)


def canonical(path: Path) -> dict[str, Any]:
    """What an archive says, without times and without what is about one library on one site."""
    found: dict[str, Any] = {}
    with ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name in ABOUT_THE_LIBRARY:
                continue
            if name == "package.toml":
                found[name] = _timeless(tomllib.loads(data.decode())).get("content_libraries")
            elif name.endswith(".toml") and "/component_versions/" not in name:
                found[name] = _timeless(tomllib.loads(data.decode()))
            elif name.endswith(".jsonl"):
                found[name] = sorted((_timeless(json.loads(line)) for line in data.splitlines()), key=json.dumps)
            else:
                found[name] = data
    return found


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _timeless(inner)
            for name, inner in value.items()
            if name not in TIMES and name != "created_by" and _timeless(inner) != {}
        }
    if isinstance(value, list):
        return [_timeless(inner) for inner in value]
    assert not isinstance(value, datetime)
    return value


def packed(path: Path, members: Mapping[str, bytes | str]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def unpacked(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
