"""What reuse asks of items that are named by strings, in whatever learning package, whether they exist or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q, Subquery
from openedx_content.models_api import LearningPackage, PublishableEntity, PublishableEntityVersion, PublishLogRecord

from .ids import package_id
from .rows import in_parts


@dataclass(frozen=True, slots=True)
class PackageName:
    """A learning package: its pk and its title."""

    pk: int
    title: str


def packages_named(package_refs: Collection[str]) -> dict[str, PackageName]:
    """``package_ref`` -> learning package, of those that exist."""
    return {
        package_ref: PackageName(pk, title)
        for part in in_parts(set(package_refs))
        for package_ref, pk, title in LearningPackage.objects.filter(package_ref__in=part).values_list(
            "package_ref", "id", "title"
        )
    }


def published_counterparts(
    package_ref: str, entity_ref: str, container_type: str, version_num: str
) -> Mapping[str, Exists | Subquery]:
    """
    Expressions that tell of every row of a query what its item is, without knowing the item's pk.

    A container counts only if it is of the type that the row names; for a component that column is blank.

    Args:
        package_ref, entity_ref, container_type: the columns of the rows that name the item.
        version_num: the column with the number of one of its versions.

    Returns: ``has_package`` (bool), ``has_item`` (bool: its draft is there), ``available`` (number of the published
        version, or null), ``has_version`` (bool: the item has a version with that number).
    """
    items = PublishableEntity.objects.filter(
        Q(container__isnull=True) | Q(container__container_type__type_code=OuterRef(container_type)),
        learning_package__package_ref=OuterRef(package_ref),
        entity_ref=OuterRef(entity_ref),
    )
    return {
        "has_package": Exists(LearningPackage.objects.filter(package_ref=OuterRef(package_ref))),
        "has_item": Exists(items.filter(draft__version__isnull=False)),
        "available": Subquery(items.values("published__version__version_num")[:1]),
        "has_version": Exists(items.filter(versions__version_num=OuterRef(version_num))),
    }


def numbered_versions(wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """(entity pk, number of a version in its history) -> version pk, of those that exist."""
    pairs = set(wanted)
    numbers = {number for _pk, number in pairs}
    return {
        (entity_pk, number): pk
        for part in in_parts({pk for pk, _number in pairs})
        for pk, entity_pk, number in PublishableEntityVersion.objects.filter(
            entity_id__in=part, version_num__in=numbers
        ).values_list("id", "entity_id", "version_num")
        if (entity_pk, number) in pairs
    }


def was_published(version_pk: int) -> bool:
    """Whether a version is published, or was once."""
    return PublishLogRecord.objects.filter(new_version_id=version_pk).exists()


def last_published(entity_refs: Mapping[int, Collection[str]]) -> dict[int, datetime]:
    """
    Tell when something of learning packages was published last.

    Args:
        entity_refs: learning package pk -> names of items to look at.

    Returns: learning package pk -> time of the newest publish of one of these items; packages without one are left out.
    """
    moments: dict[int, datetime] = {}
    for package_pk, refs in entity_refs.items():
        for part in in_parts(set(refs)):
            newest = PublishableEntity.objects.filter(
                learning_package_id=package_id(package_pk), entity_ref__in=part, published__version__isnull=False
            ).aggregate(newest=Max("published__publish_log_record__publish_log__published_at"))["newest"]
            if newest is not None:
                moments[package_pk] = max(newest, moments.get(package_pk, newest))
    return moments
