"""Reads the learning package of a course as a whole. The number of queries does not depend on its size."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max, Q
from openedx_content.models_api import ComponentVersionMedia, EntityListRow, PublishLog, PublishLogRecord

from .data import BLOCK_PATH, FileMedia
from .ids import package_id
from .structure import BranchName
from .texts import text_of

_VERSION = "entity_list__container_versions__publishable_entity_version"


@dataclass(frozen=True, slots=True)
class PublishLogName:
    """A publish log: pk, public id, and the learning package that it belongs to."""

    pk: int
    uuid: UUID
    learning_package_pk: int


def find_publish_log(*, pk: int | None = None, uuid: UUID | None = None) -> PublishLogName | None:
    """Find a publish log by its pk or by its uuid. Returns None if it does not exist."""
    logs = PublishLog.objects.filter(pk=pk) if uuid is None else PublishLog.objects.filter(uuid=uuid)
    row = logs.values_list("pk", "uuid", "learning_package_id").first()
    return None if row is None else PublishLogName(*row)


def newest_publish_logs(learning_package_pks: list[int]) -> dict[int, int]:
    """
    Map learning package pks to the pk of their newest publish log, in one query.

    Packages without a publish log are left out.
    """
    logs = PublishLog.objects.filter(learning_package_id__in=learning_package_pks).order_by()
    return dict(
        logs.values("learning_package_id").annotate(newest=Max("pk")).values_list("learning_package_id", "newest")
    )


def published_as_of(log: PublishLogName) -> dict[int, int]:
    """
    Read which versions were published right after a publish log, in one query.

    Returns: entity pk -> version pk. Entities that were not published then are left out.
    """
    records = PublishLogRecord.objects.filter(
        publish_log__learning_package_id=package_id(log.learning_package_pk), publish_log_id__lte=log.pk
    )
    newest = records.order_by().values("entity_id").annotate(newest=Max("pk")).values("newest")
    rows = PublishLogRecord.objects.filter(pk__in=newest).values_list("entity_id", "new_version_id")
    return {entity_pk: version_pk for entity_pk, version_pk in rows if version_pk is not None}


def package_children(learning_package_pk: int, *, branch: BranchName) -> dict[int, list[int]]:
    """
    Read the children of all containers in a learning package, in one query.

    Returns: entity pk of a container -> entity pks of its children in order. Children that are deleted on the branch,
    and containers without children, are left out.
    """
    children: dict[int, list[int]] = defaultdict(list)
    rows = (
        EntityListRow.objects.filter(
            **{
                f"{_VERSION}__{branch}__entity__learning_package_id": package_id(learning_package_pk),
                f"entity__{branch}__version__isnull": False,
            }
        )
        .order_by("order_num")
        .values_list(f"{_VERSION}__{branch}__entity_id", "entity_id")
    )
    for container_pk, child_pk in rows:
        children[container_pk].append(child_pk)
    return dict(children)


def package_files(learning_package_pk: int, *, namespace: str, branch: BranchName) -> dict[int, FileMedia]:
    """
    Read the files that components of a namespace consist of, in one query.

    Returns: entity pk -> its file; of a component with several files, any.
    """
    rows = (
        ComponentVersionMedia.objects.filter(
            component_version__component__learning_package_id=package_id(learning_package_pk),
            component_version__component__component_type__namespace=namespace,
            **{f"component_version__publishable_entity_version__{branch}__isnull": False},
        )
        .select_related("media__media_type", "component_version")
        .defer("media__text")
        .order_by("path")
    )
    return {
        row.component_version.component_id: FileMedia(
            row.path, row.media.mime_type, row.media.hash_digest, row.media.size
        )
        for row in rows
    }


def draft_olx_with(learning_package_pk: int, text: str, *, block_type: str | None = None) -> dict[int, str]:
    """
    Find the drafts of components whose OLX contains a text.

    Args:
        block_type: the XBlock type of the components; None for all.

    Returns: entity pk -> OLX. Texts that are too long for the database are read from their files.
    """
    rows = ComponentVersionMedia.objects.filter(
        Q(media__text__contains=text) | Q(media__text=None),
        component_version__component__learning_package_id=package_id(learning_package_pk),
        component_version__publishable_entity_version__draft__isnull=False,
        path=BLOCK_PATH,
    ).select_related("component_version", "media__learning_package")
    if block_type is not None:
        rows = rows.filter(component_version__component__component_type__name=block_type)
    texts = {row.component_version.component_id: text_of(row.media) for row in rows}
    return {entity_pk: olx for entity_pk, olx in texts.items() if text in olx}
