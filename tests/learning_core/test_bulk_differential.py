"""The set-wise writer against Learning Core's own API: the same script through both, compared row by row."""

from __future__ import annotations

import os
import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from openedx_content import api as content_api
from openedx_content.applets.publishing import api as publishing_internals
from openedx_content.models_api import (
    Component,
    Container,
    Draft,
    DraftChangeLog,
    LearningPackage,
    PublishableEntity,
    PublishLog,
)

from content_libraries.learning_core import api as learning_core

from .dump import dump

START = datetime(2026, 1, 1, tzinfo=UTC)
FILES = {learning_core.media_digest(data): data for data in (b"one", b"two", b"three", b"\x00" * 2000)}
LONG = "long " * 12_000
CHILD_TYPE = {
    "unit": "component",
    "subsection": "unit",
    "section": "subsection",
    learning_core.BLOCK_GROUP: "component",
    learning_core.COURSE_OUTLINE: learning_core.BLOCK_GROUP,
}


@dataclass
class Step:
    """One user action of a script: some items are written, some deleted or moved, or something is published."""

    kind: str
    components: list[learning_core.ComponentWrite] = field(default_factory=list)
    containers: list[learning_core.ContainerWrite] = field(default_factory=list)
    refs: list[str] | None = None


def file_bytes(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
    for digest in digests:
        yield digest, FILES[digest]


class Script:
    """A random but repeatable sequence of steps over a small library."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a repeatable script, not a secret
        self.refs: dict[str, list[str]] = {kind: [] for kind in ("component", *CHILD_TYPE)}

    def steps(self, count: int) -> Iterator[Step]:
        yield self.write(components=6, containers=4)
        for _ in range(count):
            kind = self.random.choice(
                ["write", "write", "replace", "write", "publish", "publish all", "delete", "discard"]
            )
            match kind:
                case "write" | "replace":
                    old = self.all_refs()
                    step = self.write(components=self.random.randint(0, 4), containers=self.random.randint(0, 4))
                    written = {component.entity_ref for component in step.components}
                    written |= {container.entity_ref for container in step.containers}
                    if kind == "replace" and written:
                        step.refs = [ref for ref in self.sample(old, 3) if ref not in written]
                    yield step
                case "publish" | "delete":
                    yield Step(kind, refs=self.sample(self.all_refs(), 3))
                case _:
                    yield Step(kind)

    def all_refs(self) -> list[str]:
        return [ref for refs in self.refs.values() for ref in refs]

    def sample(self, refs: list[str], most: int) -> list[str]:
        return self.random.sample(refs, min(len(refs), self.random.randint(1, most)))

    def write(self, *, components: int, containers: int) -> Step:
        step = Step("write")
        for _ in range(components):
            self.add_component(step)
        for _ in range(containers):
            self.add_container(step)
        return step

    def add_component(self, step: Step) -> None:
        code = f"c{self.random.randint(1, 12)}"
        block_type = self.random.choice(["html", "problem"])
        digests = self.random.sample(sorted(FILES), self.random.randint(0, 2))
        olx = f"<{block_type}>{self.random.choice(['a', 'ä😀', LONG, 'b'])}</{block_type}>"
        files = tuple(
            learning_core.FileMedia(f"static/f{n}.png", "image/png", digest, len(FILES[digest]))
            for n, digest in enumerate(digests)
        )
        title = self.random.choice(["T", "Tïtle"])
        component = learning_core.ComponentWrite(block_type, code, title, olx, files, self.random.random() < 0.5)
        if component.entity_ref in {other.entity_ref for other in step.components}:
            return
        step.components.append(component)
        if component.entity_ref not in self.refs["component"]:
            self.refs["component"].append(component.entity_ref)

    def add_container(self, step: Step) -> None:
        container_type = self.random.choice(list(CHILD_TYPE))
        code = f"{container_type}{self.random.randint(1, 5)}"
        if code in {other.container_code for other in step.containers}:
            return
        pool = self.refs[CHILD_TYPE[container_type]]
        children = tuple(self.random.choices(pool, k=self.random.randint(0, 4))) if pool else ()
        step.containers.append(learning_core.ContainerWrite(container_type, code, f"K {code}", children))
        if code not in self.refs[container_type]:
            self.refs[container_type].append(code)


class ApiWriter:
    """Runs steps one item at a time through ``openedx_content.api``."""

    def __init__(self, package_pk: LearningPackage.ID, author_pk: int) -> None:
        self.package_pk = package_pk
        self.author_pk = author_pk

    def entity(self, ref: str) -> PublishableEntity:
        return PublishableEntity.objects.get(learning_package_id=self.package_pk, entity_ref=ref)

    def run(self, step: Step, at: datetime) -> None:
        match step.kind:
            case "write":
                with content_api.bulk_draft_changes_for(self.package_pk, changed_by=self.author_pk, changed_at=at):
                    self.delete(step.refs or [])
                    for component in step.components:
                        self.write_component(component, at)
                    for container in step.containers:
                        self.write_container(container, at)
            case "delete":
                with content_api.bulk_draft_changes_for(self.package_pk, changed_by=self.author_pk, changed_at=at):
                    self.delete(step.refs or [])
            case "discard":
                content_api.reset_drafts_to_published(self.package_pk, reset_at=at, reset_by=self.author_pk)
            case "publish":
                drafts = Draft.objects.filter(entity__in=[self.entity(ref) for ref in step.refs or []]).order_by("pk")
                content_api.publish_from_drafts(self.package_pk, drafts, published_at=at, published_by=self.author_pk)
            case "publish all":
                content_api.publish_all_drafts(self.package_pk, published_at=at, published_by=self.author_pk)

    def delete(self, refs: list[str]) -> None:
        for ref in sorted(refs, key=lambda ref: self.entity(ref).id):
            content_api.soft_delete_draft(self.entity(ref).id, deleted_by=self.author_pk)

    def write_component(self, write: learning_core.ComponentWrite, at: datetime) -> None:
        assert write.olx is not None
        component_type = content_api.get_or_create_component_type("xblock.v1", write.block_type)
        media_type = content_api.get_or_create_media_type(learning_core.block_media_type(write.block_type))
        block = (
            content_api.get_or_create_text_media(self.package_pk, media_type.id, text=write.olx, created=at)
            if len(write.olx) <= 50_000
            else content_api.get_or_create_file_media(
                self.package_pk, media_type.id, data=write.olx.encode(), created=at
            )
        )
        png = content_api.get_or_create_media_type("image/png")
        media: dict[str, Any] = {
            file.path: content_api.get_or_create_file_media(
                self.package_pk, png.id, data=FILES[file.digest], created=at
            ).id
            for file in write.files
        }
        media["block.xml"] = block.id
        existing = Component.objects.filter(
            learning_package_id=self.package_pk, component_type=component_type, component_code=write.component_code
        ).first()
        if existing is None:
            content_api.create_component_and_version(
                self.package_pk,
                component_type,
                write.component_code,
                title=write.title,
                created=at,
                created_by=self.author_pk,
                can_stand_alone=write.can_stand_alone,
                media=media,
            )
        else:
            content_api.create_next_component_version(
                existing.id, media, at, title=write.title, created_by=self.author_pk, ignore_previous_media=True
            )

    def write_container(self, write: learning_core.ContainerWrite, at: datetime) -> None:
        entities = [self.entity(ref) for ref in write.children]
        existing = Container.objects.filter(
            learning_package_id=self.package_pk, container_code=write.container_code
        ).first()
        if existing is None:
            content_api.create_container_and_version(
                self.package_pk,
                write.container_code,
                title=write.title,
                container_cls=content_api.get_container_subclass(write.container_type),
                entities=entities,
                created=at,
                created_by=self.author_pk,
                can_stand_alone=write.can_stand_alone,
            )
        else:
            content_api.create_next_container_version(
                existing, title=write.title, entities=entities, created=at, created_by=self.author_pk
            )


class BulkWriter:
    """Runs steps through the set-wise writer."""

    def __init__(self, package_pk: int, author_pk: int) -> None:
        self.package_pk = package_pk
        self.author_pk = author_pk

    def pks(self, refs: list[str]) -> list[int]:
        return list(
            PublishableEntity.objects.filter(learning_package_id=self.package_pk, entity_ref__in=refs)
            .order_by("pk")
            .values_list("pk", flat=True)
        )

    def run(self, step: Step, at: datetime) -> None:
        who: dict[str, Any] = {"author_pk": self.author_pk, "at": at}
        match step.kind:
            case "write":
                learning_core.write_drafts(
                    self.package_pk,
                    components=step.components,
                    containers=step.containers,
                    deleted_pks=self.pks(step.refs or []),
                    file_bytes=file_bytes,
                    **who,
                )
            case "delete":
                learning_core.move_drafts(self.package_pk, dict.fromkeys(self.pks(step.refs or [])), **who)
            case "discard":
                learning_core.discard(self.package_pk, **who)
            case "publish":
                learning_core.publish(self.package_pk, self.pks(step.refs or []), **who)
            case "publish all":
                learning_core.publish(self.package_pk, None, **who)


def package(ref: str) -> LearningPackage.ID:
    return content_api.create_learning_package(ref, title=ref).id


def has_unpublished_changes(package_pk: int, refs: list[str] | None) -> bool:
    """Whether a publish would have something to do: Learning Core writes an empty log where we write none."""
    drafts = Draft.objects.filter(entity__learning_package_id=package_pk)
    if refs is None:
        return bool(drafts.with_unpublished_changes().exists())
    frontier = set(drafts.filter(entity__entity_ref__in=refs).values_list("pk", flat=True))
    closure: set[int] = set()
    while frontier:
        closure |= frontier
        versions = list(drafts.filter(pk__in=frontier).values_list("version_id", flat=True))
        frontier = set(drafts.filter(entity__affects__in=versions).values_list("pk", flat=True)) - closure
    return bool(drafts.filter(pk__in=closure).with_unpublished_changes().exists())


def assert_hashes_are_those_of_learning_core(package_pk: int) -> None:
    """Let Learning Core compute the hashes of the newest logs again, from what is in the tables."""
    for log in (
        DraftChangeLog.objects.filter(learning_package_id=package_pk).last(),
        PublishLog.objects.filter(learning_package_id=package_pk).last(),
    ):
        if log is None:
            continue
        before = dict(log.records.values_list("pk", "dependencies_hash_digest"))
        publishing_internals.update_dependencies_hash_digests_for_log(log)
        assert dict(log.records.values_list("pk", "dependencies_hash_digest")) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(seed, marks=[pytest.mark.slow] if seed >= 4 else [])
        for seed in range(int(os.environ.get("DIFFERENTIAL_SEEDS", "8")))
    ],
)
def test_every_row_is_what_learning_core_writes(seed: int, django_capture_on_commit_callbacks: Any) -> None:
    author_pk = get_user_model().objects.create(username="author").pk
    expected, actual = package("lib:A:api"), package("lib:A:bulk")
    api_writer, bulk_writer = ApiWriter(expected, author_pk), BulkWriter(actual, author_pk)
    for number, step in enumerate(Script(seed).steps(14)):
        at = START + timedelta(minutes=number)
        if step.kind.startswith("publish") and not has_unpublished_changes(expected, step.refs):
            bulk_writer.run(step, at)
            assert dump(actual)["publish_logs"] == dump(expected)["publish_logs"]
            continue
        api_events: list[Any] = []
        bulk_events: list[Any] = []
        with listening(api_events), django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            api_writer.run(step, at)
        with listening(bulk_events), django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            bulk_writer.run(step, at)
        wanted, got = dump(expected), dump(actual)
        for table, rows in wanted.items():
            assert got[table] == rows, f"{table} differ after step {number} ({step.kind})"
        assert_hashes_are_those_of_learning_core(actual)
        assert bulk_events == api_events, f"events differ after step {number} ({step.kind})"


class listening:  # noqa: N801 - reads as a verb where it is used
    """Collect Learning Core's events in a comparable form. It also sends some with no change in them; we do not."""

    def __init__(self, events: list[Any]) -> None:
        self.events = events

    def receive(self, signal: Any, change_log: Any, changed_by: Any, **kwargs: Any) -> None:
        if not change_log.changes:
            return
        refs = PublishableEntity.objects.in_bulk([change.entity_id for change in change_log.changes])
        self.events.append(
            (
                signal.event_type,
                changed_by.user_id,
                sorted(
                    (refs[c.entity_id].entity_ref, c.old_version, c.new_version, c.direct, c.restored)
                    for c in change_log.changes
                ),
            )
        )

    def __enter__(self) -> None:
        content_api.signals.ENTITIES_DRAFT_CHANGED.connect(self.receive)
        content_api.signals.ENTITIES_PUBLISHED.connect(self.receive)

    def __exit__(self, *exc_info: object) -> None:
        content_api.signals.ENTITIES_DRAFT_CHANGED.disconnect(self.receive)
        content_api.signals.ENTITIES_PUBLISHED.disconnect(self.receive)
