"""Plans what a publish would write: previews show the plan, and ``publish`` writes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from ..plan_basis import PlanBasis
from ..upstream.openedx_core import Draft, PublishableEntityVersionDependency
from .rows import in_parts


@dataclass(frozen=True, slots=True)
class Pointers:
    """Draft and published version of an entity; None for a version that does not exist."""

    entity_pk: int
    draft_version_pk: int | None
    published_version_pk: int | None

    @property
    def differ(self) -> bool:
        return self.draft_version_pk != self.published_version_pk


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """
    What a publish of some entities would write.

    Args:
        learning_package_pk: the learning package of the entities.
        asked_for: the entities that are asked for, whether they changed or not.
        contents: everything that these contain in draft, at any depth, whether it changed or not. It may repeat
            entities that are asked for.
        holders: entity in ``contents`` -> the entities that contain it directly.
    """

    learning_package_pk: int
    asked_for: tuple[Pointers, ...]
    contents: tuple[Pointers, ...]
    holders: Mapping[int, Collection[int]]

    @property
    def asked_for_pks(self) -> set[int]:
        return {item.entity_pk for item in self.asked_for}

    @property
    def items(self) -> list[Pointers]:
        """Return the entities of which the publish log gets a record: those asked for, and changed ones below."""
        asked_for = self.asked_for_pks
        return [*self.asked_for, *(item for item in self.contents if item.differ and item.entity_pk not in asked_for)]

    @property
    def is_empty(self) -> bool:
        """Return whether nothing differs, so that nothing would be written."""
        return not any(item.differ for item in (*self.asked_for, *self.contents))

    @property
    def basis(self) -> PlanBasis[int]:
        """
        Return the facts that the plan was made for: the draft versions of all entities.

        They stay the same if somebody else publishes one of the drafts before.
        """
        return PlanBasis({item.entity_pk: item.draft_version_pk for item in (*self.asked_for, *self.contents)})


def plan_publish(
    learning_package_pk: int, entity_pks: Collection[int] | None, *, with_contents: bool = True
) -> PublishPlan:
    """
    Plan a publish. The number of queries depends only on the depth of the containers.

    Args:
        learning_package_pk: the learning package of the entities.
        entity_pks: the entities to publish; None for all entities that differ from their published versions.
        with_contents: also publish changed descendants of the entities.
    """
    asked_for = pointers(learning_package_pk, entity_pks)
    if not with_contents:
        return PublishPlan(learning_package_pk, tuple(asked_for), (), {})
    contents, holders = _contained(learning_package_pk, asked_for)
    return PublishPlan(learning_package_pk, tuple(asked_for), tuple(contents), holders)


def affected_containers(plan: PublishPlan) -> set[int]:
    """
    Find the published containers below which a plan changes something, at any distance.

    The publish log records them as side effects, unless the plan has a record for them anyway.
    """
    published = {item.entity_pk: item.draft_version_pk for item in plan.items}
    found: set[int] = set()
    level: Collection[int] = published
    while level:
        above = {parent_pk for part in in_parts(level) for parent_pk in _published_parents(part, published)}
        level = above - found - published.keys()
        found |= above
    return found


def drafts_left_out(plan: PublishPlan, wanted: slice) -> tuple[int, list[int]]:
    """
    Find the drafts of the learning package that differ from their published versions and that a plan leaves out.

    Args:
        plan: the plan.
        wanted: which of them to return, the oldest first.

    Returns: how many there are; and the pks of the wanted ones.
    """
    published = {item.entity_pk for item in plan.items}
    rows = _unpublished(plan.learning_package_pk).order_by("pk").values_list("pk", flat=True)
    left_out: list[int] = [pk for pk in rows.iterator() if pk not in published]
    return len(left_out), left_out[wanted]


def pointers(learning_package_pk: int, entity_pks: Collection[int] | None) -> list[Pointers]:
    """
    Read the draft and published versions of entities of a learning package; others are left out.

    Reads all entities whose two versions differ if ``entity_pks`` is None.
    """
    if entity_pks is None:
        return _read(_unpublished(learning_package_pk))
    return [
        item
        for part in in_parts(entity_pks)
        for item in _read(Draft.objects.filter(entity__learning_package_id=learning_package_pk, entity_id__in=part))
    ]


def _read(drafts: models.QuerySet[Draft, Any]) -> list[Pointers]:
    rows = drafts.order_by("pk").values_list("pk", "version_id", "entity__published__version_id")
    return [Pointers(*row) for row in rows]


def _unpublished(learning_package_pk: int) -> models.QuerySet[Draft]:
    drafts = Draft.objects.filter(entity__learning_package_id=learning_package_pk)
    found: models.QuerySet[Draft] = drafts.with_unpublished_changes()  # type: ignore[no-untyped-call]
    return found.select_related(None)


def _contained(
    learning_package_pk: int, items: Collection[Pointers]
) -> tuple[list[Pointers], Mapping[int, Collection[int]]]:
    """
    Read everything that entities contain in draft, at any depth, level by level.

    Returns: what is contained; and for each of it the entities that contain it directly.
    """
    found: dict[int, Pointers] = {}
    holders: dict[int, set[int]] = {}
    level = _by_draft(items)
    while level:
        children: set[int] = set()
        for part in in_parts(level):
            rows = PublishableEntityVersionDependency.objects.filter(referring_version_id__in=part)
            for version_pk, entity_pk in rows.values_list("referring_version_id", "referenced_entity_id"):
                children.add(entity_pk)
                holders.setdefault(entity_pk, set()).add(level[version_pk])
        fresh = pointers(learning_package_pk, sorted(children - found.keys()))
        found.update({item.entity_pk: item for item in fresh})
        level = _by_draft(fresh)
    return list(found.values()), holders


def _by_draft(items: Collection[Pointers]) -> dict[int, int]:
    return {item.draft_version_pk: item.entity_pk for item in items if item.draft_version_pk is not None}


def _published_parents(entity_pks: Collection[int], published: Mapping[int, int | None]) -> Iterator[int]:
    """Yield the entities that contain some entities after the versions in ``published`` are published."""
    rows = PublishableEntityVersionDependency.objects.filter(referenced_entity_id__in=entity_pks).filter(
        Q(referring_version__published__isnull=False) | Q(referring_version__draft__isnull=False)
    )
    for version_pk, parent_pk, published_pk in rows.values_list(
        "referring_version_id", "referring_version__entity_id", "referring_version__entity__published__version_id"
    ):
        if version_pk == published.get(parent_pk, published_pk):
            yield parent_pk
