"""Reads the drafts of many items, to compare them with content that is about to be written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from openedx_content.models_api import (
    Component,
    ComponentVersionMedia,
    Container,
    DraftChangeLogRecord,
    PublishableEntity,
)

from .data import BLOCK_PATH, COMPONENT_NAMESPACE
from .rows import in_parts
from .structure import children_of
from .texts import olx_of


@dataclass(frozen=True, slots=True)
class DraftContent:
    """
    The draft of an item.

    Args:
        entity_ref: its name in Learning Core.
        version_pk: its draft version; None when it is deleted (softly), and then the rest is empty.
        title: the draft's title.
        olx: OLX of a component; None for a container.
        files: (path, digest) of a component's files.
        children: ``entity_ref`` of a container's children, in order.
        is_published: whether this very version is the published one.
    """

    entity_ref: str
    version_pk: int | None
    title: str = ""
    olx: str | None = None
    files: frozenset[tuple[str, str]] = frozenset()
    children: tuple[str, ...] = ()
    is_published: bool = False


@dataclass(frozen=True, slots=True)
class CodesInUse:
    """Codes that are taken in a learning package, by deleted items too: components by type, containers together."""

    components: frozenset[tuple[str, str]]
    containers: frozenset[str]


def draft_contents(learning_package_pk: int, entity_pks: Collection[int]) -> dict[int, DraftContent]:
    """Read the drafts of items. Returns entity pk -> content; entities of other learning packages are left out."""
    rows: list[tuple[int, str, int | None, str | None, int | None]] = []
    for part in in_parts(entity_pks):
        rows += PublishableEntity.objects.filter(learning_package_id=learning_package_pk, id__in=part).values_list(
            "id", "entity_ref", "draft__version_id", "draft__version__title", "published__version_id"
        )
    version_pks = [version_pk for _pk, _ref, version_pk, *_rest in rows if version_pk is not None]
    texts = olx_of(version_pks)
    files = _files_of(version_pks)
    children = children_of(version_pks)
    return {
        pk: DraftContent(
            entity_ref=ref,
            version_pk=version_pk,
            title=title or "",
            olx=texts.get(version_pk or 0),
            files=frozenset(files.get(version_pk or 0, ())),
            children=tuple(child.entity_ref for child in children.get(version_pk or 0, ())),
            is_published=version_pk == published_version_pk,
        )
        for pk, ref, version_pk, title, published_version_pk in rows
    }


def codes_in_use(learning_package_pk: int) -> CodesInUse:
    """Read all codes of a learning package, in two queries."""
    return CodesInUse(
        components=frozenset(
            Component.objects.filter(
                learning_package_id=learning_package_pk, component_type__namespace=COMPONENT_NAMESPACE
            ).values_list("component_type__name", "component_code")
        ),
        containers=frozenset(
            Container.objects.filter(learning_package_id=learning_package_pk).values_list("container_code", flat=True)
        ),
    )


def codes_take_unicode() -> bool:
    """
    Return whether the database accepts codes with other than ASCII letters.

    Learning Core checks codes with a regular expression in the database, and ``\\w`` of MariaDB is ASCII only.
    """
    return not getattr(connection, "mysql_is_mariadb", False)


def titles_in_use(learning_package_pk: int) -> frozenset[tuple[str, str]]:
    """Return type and title of all live items: the XBlock type of components, ``unit`` and so on of containers."""
    rows = PublishableEntity.objects.filter(
        learning_package_id=learning_package_pk, draft__version__isnull=False
    ).values_list("component__component_type__name", "container__container_type__type_code", "draft__version__title")
    return frozenset((block_type or container_type or "", title) for block_type, container_type, title in rows)


def _files_of(version_pks: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    files: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for part in in_parts(version_pks):
        rows = ComponentVersionMedia.objects.filter(component_version_id__in=part).exclude(path=BLOCK_PATH)
        for version_pk, path, digest in rows.values_list("component_version_id", "path", "media__hash_digest"):
            files[version_pk].append((path, digest))
    return files


def draft_change_log_records(draft_change_log_pk: int | None) -> dict[int, int]:
    """Map entity pks to the pk of their record in a draft change log. Without a log the result is empty."""
    if draft_change_log_pk is None:
        return {}
    records = DraftChangeLogRecord.objects.filter(draft_change_log_id=draft_change_log_pk)
    return dict(records.values_list("entity_id", "pk"))
