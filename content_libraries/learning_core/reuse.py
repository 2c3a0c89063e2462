"""Reads items by the names that reuse keeps: strings, in any learning package, of items that may not exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from openedx_content.models_api import LearningPackage, PublishableEntity, PublishableEntityVersion, PublishLogRecord

from .ids import package_id
from .rows import in_parts


@dataclass(frozen=True, slots=True)
class PackageName:
    """A learning package: its pk and its title."""

    pk: int
    title: str


@dataclass(frozen=True, slots=True)
class NamedItem:
    """
    The current state of an item.

    Args:
        container_type: "" for a component.
        has_draft: False when it is deleted (softly).
        was_published: whether it is published, or was once.
        published_num: number of the published version; None when it is not published.
    """

    pk: int
    container_type: str
    has_draft: bool
    was_published: bool
    published_num: int | None


def packages_named(package_refs: Collection[str]) -> dict[str, PackageName]:
    """Map ``package_ref`` to the learning package, for packages that exist."""
    return {
        package_ref: PackageName(pk, title)
        for part in in_parts(set(package_refs))
        for package_ref, pk, title in LearningPackage.objects.filter(package_ref__in=part).values_list(
            "package_ref", "id", "title"
        )
    }


def named_items(names: Collection[tuple[int, str]]) -> dict[tuple[int, str], NamedItem]:
    """
    Find items by their names, also deleted ones, in one query.

    Very many names take several queries.

    Args:
        names: pairs of the pk of a learning package and the ``entity_ref`` of an item in it.
    """
    wanted = set(names)
    packages = {package_pk for package_pk, _ref in wanted}
    return {
        (package_pk, ref): NamedItem(pk, container_type or "", draft_pk is not None, published_pk is not None, number)
        for part in in_parts({ref for _package_pk, ref in wanted})
        for package_pk, ref, pk, container_type, draft_pk, published_pk, number in PublishableEntity.objects.filter(
            learning_package_id__in=packages, entity_ref__in=part
        ).values_list(
            "learning_package_id",
            "entity_ref",
            "id",
            "container__container_type__type_code",
            "draft__version_id",
            "published__entity_id",
            "published__version__version_num",
        )
        if (package_pk, ref) in wanted
    }


def numbered_versions(wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Map (entity pk, number of a version in its history) to the version pk, for versions that exist."""
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
    """Return whether a version is or ever was published."""
    return bool(ever_published([version_pk]))


def ever_published(version_pks: Iterable[int]) -> set[int]:
    """Return the versions that are or ever were published."""
    return {
        pk
        for part in in_parts(set(version_pks))
        for pk in PublishLogRecord.objects.filter(new_version_id__in=part).values_list("new_version_id", flat=True)
        if pk is not None
    }


def last_published(entity_refs: Mapping[int, Collection[str]]) -> dict[int, datetime]:
    """
    Find out when any of some items was published last, for each learning package.

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
