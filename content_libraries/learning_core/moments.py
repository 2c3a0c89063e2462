"""Finds out which versions of items were current at a moment: now, after or before a log."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max
from openedx_content.models_api import PublishableEntity, PublishableEntityVersion

from .branches import DRAFT, PUBLISHED
from .data import ChangeSetLog
from .item_statuses import VERSION_FIELDS, VersionStatus
from .rows import in_parts
from .structure import BranchName


def current_versions(entity_pks: Iterable[int], *, branch: BranchName) -> dict[int, int]:
    """Map entity pks to the pk of the current version of a branch. Items without one are left out."""
    return {
        entity_pk: version_pk
        for part in in_parts(set(entity_pks))
        for entity_pk, version_pk in PublishableEntity.objects.filter(id__in=part).values_list(
            "id", f"{branch}__version_id"
        )
        if version_pk is not None
    }


def versions_around(log: ChangeSetLog, entity_pks: Iterable[int], *, before: bool) -> dict[int, int]:
    """
    Read which versions were current on the branch of a log, right after the log or right before it.

    Returns: entity pk -> version pk. Entities that had no version then are left out.
    """
    branch = DRAFT if log.branch == DRAFT.name else PUBLISHED
    records = branch.record_model._default_manager
    found: dict[int, int | None] = {}
    for part in in_parts(set(entity_pks)):
        bound = {f"{branch.log_field}_id__{'lt' if before else 'lte'}": log.pk}
        newest = records.filter(entity_id__in=part, **bound).order_by().values("entity_id").annotate(newest=Max("pk"))
        found.update(records.filter(pk__in=newest.values("newest")).values_list("entity_id", "new_version_id"))
        if before:
            # The records of the log itself know what was there before, also when older records are gone.
            mine = records.filter(entity_id__in=part, **{f"{branch.log_field}_id": log.pk})
            found.update(mine.values_list("entity_id", "old_version_id"))
    return {entity_pk: version_pk for entity_pk, version_pk in found.items() if version_pk is not None}


def version_statuses(version_pks: Iterable[int]) -> dict[int, VersionStatus]:
    """Read number, title, time and author of versions, by their pks."""
    return {
        row[0]: VersionStatus(*row)
        for part in in_parts(set(version_pks))
        for row in PublishableEntityVersion.objects.filter(id__in=part).values_list(*VERSION_FIELDS)
    }
