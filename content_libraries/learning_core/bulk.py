"""
The set-wise writer: writes many components and containers in one draft change log.

The number of queries grows with the number of kinds of rows, not with the number of items. It writes what
``openedx_content.api`` writes for the same items one by one inside ``bulk_draft_changes_for``; a differential test
compares every table, row by row. Nothing else in the app writes Learning Core's tables.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from django.db import models, transaction
from django.utils.translation import gettext as _
from openedx_content.models_api import LearningPackage

from ..errors import InvalidInputError
from ..upstream.openedx_core import DraftChangeLog, EntityRow, PublishableEntity, PublishableEntityVersion
from .conflicts import integrity_explained
from .container_types import BLOCK_GROUP, COURSE_OUTLINE
from .data import BLOCK_PATH, MAX_TITLE, ComponentWrite, ContainerWrite, DraftWrites
from .item_rows import (
    ContainerVersionRow,
    insert_component_versions,
    insert_components,
    insert_container_versions,
    insert_containers,
)
from .media import FileBytes, Medium, file_medium, get_or_create_media, olx_medium
from .publish import current_drafts, lock_package, write_draft_records
from .rows import in_parts, insert_with_uuid

type ItemWrite = ComponentWrite | ContainerWrite

CODE = re.compile(r"[\w.-]{1,255}")
CHILD_TYPES: Mapping[str, frozenset[str | None]] = {
    "unit": frozenset({None}),
    "subsection": frozenset({"unit"}),
    "section": frozenset({"subsection"}),
    COURSE_OUTLINE: frozenset({None, BLOCK_GROUP}),
    BLOCK_GROUP: frozenset({None, BLOCK_GROUP}),
}
"""Container type -> the container types of its children; None stands for components."""

_CONTAINER_TYPE: Final = "container__container_type__type_code"


@dataclass(frozen=True, slots=True)
class _Entity:
    """
    An entity that is already in the learning package.

    Args:
        container_type: None for a component.
        draft_version_pk, last_version_num: only used for entities that are written, not for children.
    """

    pk: int
    container_type: str | None
    draft_version_pk: int | None = None
    last_version_num: int = 0


@dataclass(slots=True)
class _Work:
    """The state of one write."""

    package: LearningPackage
    items: Sequence[ItemWrite]
    author_pk: int | None
    at: datetime
    existing: Mapping[str, _Entity]
    entity_pks: dict[str, int] = field(default_factory=dict)
    versions: dict[str, PublishableEntityVersion] = field(default_factory=dict)

    @property
    def components(self) -> list[ComponentWrite]:
        return [item for item in self.items if isinstance(item, ComponentWrite)]

    @property
    def containers(self) -> list[ContainerWrite]:
        return [item for item in self.items if isinstance(item, ContainerWrite)]

    def is_new(self, item: ItemWrite) -> bool:
        return item.entity_ref not in self.existing


def write_drafts(
    learning_package_pk: int,
    *,
    components: Sequence[ComponentWrite] = (),
    containers: Sequence[ContainerWrite] = (),
    deleted_pks: Collection[int] = (),
    author_pk: int | None,
    at: datetime | None = None,
    file_bytes: FileBytes | None = None,
) -> DraftWrites:
    """
    Create components and containers, or give them their next versions, in one draft change log.

    Args:
        learning_package_pk: the learning package to write to.
        components: written first, in this order.
        containers: in any order; children may be among the items of this write.
        deleted_pks: entities to delete (softly) in the same log; none of the items of this write.
        author_pk: the user of the log and of every version; None for the site itself.
        at: time of the log and of every row; now if None.
        file_bytes: gives the bytes of the components' files, for files that are new to the learning package.

    Returns: the written items. Raises InvalidInputError, naming the item, if Learning Core refuses a code, title, file
    or child, or if an item is named twice; ConflictError if another process wrote the same items at the same time. On
    an error nothing is written.
    """
    items: list[ItemWrite] = [*components, *containers]
    if not items and not deleted_pks:
        return DraftWrites(None, {}, {})
    _check(items)
    with integrity_explained(), transaction.atomic():
        package = lock_package(learning_package_pk)
        work = _Work(package, items, author_pk, at or datetime.now(UTC), _read_existing(package, items))
        _check_children(work)
        media_pks = _write_media(work, file_bytes or _no_files)
        _write_entities(work)
        _write_versions(work)
        _write_component_versions(work, media_pks)
        _write_container_versions(work)
        log = _write_log(work, deleted_pks)
    return DraftWrites(log.pk, work.entity_pks, {ref: version.pk for ref, version in work.versions.items()})


def _no_files(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
    return iter(())


def _check(items: Sequence[ItemWrite]) -> None:
    seen: set[str] = set()
    for item in items:
        code = item.component_code if isinstance(item, ComponentWrite) else item.container_code
        if not CODE.fullmatch(code):
            raise InvalidInputError(
                _("“%(code)s” cannot be an ID: it may have up to 255 letters, digits, “.”, “-” and “_”.")
                % {"code": code}
            )
        if len(item.title) > MAX_TITLE:
            raise InvalidInputError(
                _("The title of “%(code)s” is longer than %(limit)s characters.") % {"code": code, "limit": MAX_TITLE}
            )
        if item.entity_ref in seen:
            raise InvalidInputError(_("“%(item)s” is named twice.") % {"item": item.entity_ref})
        seen.add(item.entity_ref)


def _read_existing(package: LearningPackage, items: Sequence[ItemWrite]) -> dict[str, _Entity]:
    """Read the entities of the learning package that the write names, as items or as children."""
    refs = {item.entity_ref for item in items}
    children: set[str] = set()
    for item in items:
        if isinstance(item, ContainerWrite):
            children.update(item.children)
    found: dict[str, _Entity] = {}
    for part in in_parts(sorted(refs)):
        rows = (
            PublishableEntity.objects.filter(learning_package=package, entity_ref__in=part)
            .annotate(last_version_num=models.Max("versions__version_num"))
            .order_by()
            .values_list("entity_ref", "id", _CONTAINER_TYPE, "draft__version_id", "last_version_num")
        )
        for ref, pk, container_type, draft_version_pk, last_version_num in rows:
            found[ref] = _Entity(pk, container_type, draft_version_pk, last_version_num or 0)
    for part in in_parts(sorted(children - refs)):  # there may be thousands of children, and they are not changed
        named = PublishableEntity.objects.filter(learning_package=package, entity_ref__in=part)
        for ref, pk, container_type in named.values_list("entity_ref", "id", _CONTAINER_TYPE):
            found[ref] = _Entity(pk, container_type)
    return found


def _check_children(work: _Work) -> None:
    types: dict[str, str | None] = {ref: entity.container_type for ref, entity in work.existing.items()}
    for item in work.items:
        container_type = item.container_type if isinstance(item, ContainerWrite) else None
        if types.setdefault(item.entity_ref, container_type) != container_type:
            raise InvalidInputError(
                _("“%(item)s” already exists in the library as something else.") % {"item": item.entity_ref}
            )
    for container in work.containers:
        for child in container.children:
            if child not in types:
                raise InvalidInputError(
                    _("“%(child)s”, a child of “%(container)s”, is not in the library.")
                    % {"child": child, "container": container.container_code}
                )
            if types[child] not in CHILD_TYPES[container.container_type]:
                raise InvalidInputError(
                    _(
                        "“%(child)s” cannot be in the %(container_type)s “%(container)s”: sections hold"
                        " subsections, subsections hold units, and units hold components."
                    )
                    % {
                        "child": child,
                        "container_type": container.container_type,
                        "container": container.container_code,
                    }
                )


def _write_media(work: _Work, file_bytes: FileBytes) -> Mapping[str, Mapping[str, int]]:
    """Store the media of all components. Returns entity_ref -> path -> pk of the medium."""
    media: dict[str, dict[str, Medium]] = {component.entity_ref: {} for component in work.components}
    long_texts: dict[str, bytes] = {}
    for component in work.components:
        paths = media[component.entity_ref]
        if component.olx is not None:
            paths[BLOCK_PATH] = medium = olx_medium(component.block_type, component.olx)
            if medium.text is None:
                long_texts[medium.digest] = component.olx.encode()
        paths.update({file.path: file_medium(file) for file in component.files})

    def all_bytes(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((digest, long_texts[digest]) for digest in digests if digest in long_texts)
        if files := [digest for digest in digests if digest not in long_texts]:
            yield from file_bytes(files)

    pks = get_or_create_media(
        work.package,
        (medium for paths in media.values() for medium in paths.values()),
        created=work.at,
        file_bytes=all_bytes,
    )
    return {ref: {path: pks[medium.key] for path, medium in paths.items()} for ref, paths in media.items()}


def _write_entities(work: _Work) -> None:
    new = [item for item in work.items if work.is_new(item)]
    rows = [
        EntityRow(
            learning_package=work.package,
            entity_ref=item.entity_ref,
            created=work.at,
            created_by_id=work.author_pk,
            can_stand_alone=item.can_stand_alone,
        )
        for item in new
    ]
    insert_with_uuid(rows)
    pks = {row.entity_ref: row.id for row in rows}
    work.entity_pks.update({ref: entity.pk for ref, entity in work.existing.items()})
    work.entity_pks.update(pks)
    insert_components(
        work.package,
        [
            (pks[item.entity_ref], item.namespace, item.block_type, item.component_code)
            for item in new
            if isinstance(item, ComponentWrite)
        ],
    )
    insert_containers(
        work.package,
        [
            (pks[item.entity_ref], item.container_type, item.container_code)
            for item in new
            if isinstance(item, ContainerWrite)
        ],
    )


def _write_versions(work: _Work) -> None:
    for item in work.items:
        entity = work.existing.get(item.entity_ref)
        work.versions[item.entity_ref] = PublishableEntityVersion(
            entity_id=work.entity_pks[item.entity_ref],
            title=item.title,
            version_num=entity.last_version_num + 1 if entity else 1,
            created=work.at,
            created_by_id=work.author_pk,
        )
    insert_with_uuid(list(work.versions.values()))


def _write_component_versions(work: _Work, media_pks: Mapping[str, Mapping[str, int]]) -> None:
    refs = [component.entity_ref for component in work.components]
    insert_component_versions(
        [(work.versions[ref].id, work.entity_pks[ref]) for ref in refs],
        [
            (work.versions[ref].id, path, media_pk)
            for ref, paths in media_pks.items()
            for path, media_pk in paths.items()
        ],
    )


def _write_container_versions(work: _Work) -> None:
    insert_container_versions(
        [
            ContainerVersionRow(
                work.versions[container.entity_ref].id,
                work.entity_pks[container.entity_ref],
                container.container_type,
                [(work.entity_pks[child], None) for child in container.children],
            )
            for container in work.containers
        ]
    )


def _write_log(work: _Work, deleted_pks: Collection[int]) -> DraftChangeLog:
    log = DraftChangeLog.objects.create(learning_package=work.package, changed_at=work.at, changed_by_id=work.author_pk)
    changes: list[tuple[int, int | None, int | None]] = [
        (pk, version_pk, None) for pk, version_pk in current_drafts(work.package.id, deleted_pks).items()
    ]
    for item in work.items:
        entity = work.existing.get(item.entity_ref)
        version = work.versions[item.entity_ref]
        changes.append((version.entity_id, entity.draft_version_pk if entity else None, version.pk))
    write_draft_records(log, changes)
    return log
