"""Reads children, ancestors and descendants of items, in one query a level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Literal

from django.utils.translation import gettext as _
from openedx_content.models_api import EntityListRow, PublishableEntity

from ..errors import InvalidInputError
from .rows import in_parts

MAX_LEVEL = 100_000
"""How many places one level below an item may have. Only repetitions of repetitions get anywhere near it."""

type BranchName = Literal["draft", "published"]

VERSIONS_OF_ROW = "entity_list__container_versions__publishable_entity_version"
"""From a row of children to the versions that hold it; versions may share their list."""


@dataclass(frozen=True, slots=True)
class Child:
    """
    A place in a container.

    Args:
        entity_pk, entity_ref: the child in this place; deleted items keep their places.
        pinned_version_pk: the version that is shown; None, the ordinary case, for the current version.
    """

    entity_pk: int
    entity_ref: str
    pinned_version_pk: int | None


def children_of(version_pks: Iterable[int]) -> dict[int, list[Child]]:
    """
    Read the children of versions of containers.

    Args:
        version_pks: pks of publishable entity versions.

    Returns: version pk -> children in order, as often as they stand there. Versions without children are left
    out.
    """
    children: dict[int, list[Child]] = {}
    for part in in_parts(set(version_pks)):
        rows = (
            EntityListRow.objects.filter(**{f"{VERSIONS_OF_ROW}__in": part})
            .order_by("order_num")
            .values_list(VERSIONS_OF_ROW, "entity_id", "entity__entity_ref", "entity_version_id")
        )
        for version_pk, *child in rows:
            children.setdefault(version_pk, []).append(Child(*child))
    return children


def current_children_of(entity_pks: Iterable[int], *, branch: BranchName) -> dict[int, list[int]]:
    """
    Read the children that containers show now.

    Returns: entity pk of the container -> entity pks of its children in order. Children that are deleted on the
    branch, and containers without children, are left out.
    """
    children: dict[int, list[int]] = {}
    for part in in_parts(set(entity_pks)):
        rows = (
            EntityListRow.objects.filter(
                **{
                    f"{VERSIONS_OF_ROW}__{branch}__entity_id__in": part,
                    f"entity__{branch}__version__isnull": False,
                }
            )
            .order_by("order_num")
            .values_list(f"{VERSIONS_OF_ROW}__{branch}__entity_id", "entity_id")
        )
        for container_pk, child_pk in rows:
            children.setdefault(container_pk, []).append(child_pk)
    return children


def published_places_in(entity_pks: Iterable[int]) -> dict[int, list[Child]]:
    """
    Read the published children of containers, with their names.

    Returns: entity pk of the container -> its published children in order. Containers without are left out.
    """
    places: dict[int, list[Child]] = {}
    for part in in_parts(set(entity_pks)):
        rows = (
            EntityListRow.objects.filter(
                **{f"{VERSIONS_OF_ROW}__published__entity_id__in": part, "entity__published__version__isnull": False}
            )
            .order_by("order_num")
            .values_list(
                f"{VERSIONS_OF_ROW}__published__entity_id", "entity_id", "entity__entity_ref", "entity_version_id"
            )
        )
        for container_pk, *child in rows:
            places.setdefault(container_pk, []).append(Child(*child))
    return places


def current_parents_of(entity_pks: Iterable[int], *, branch: BranchName) -> set[int]:
    """Return the pks of the containers that show any of these items now."""
    parents: set[int] = set()
    for part in in_parts(set(entity_pks)):
        parents.update(
            EntityListRow.objects.filter(
                **{"entity_id__in": part, f"{VERSIONS_OF_ROW}__{branch}__isnull": False}
            ).values_list(f"{VERSIONS_OF_ROW}__{branch}__entity_id", flat=True)
        )
    return parents


def ancestor_levels(entity_pk: int, *, branch: BranchName) -> Iterator[set[int]]:
    """Yield the containers of an item, then the containers of these, and so on."""
    level = {entity_pk}
    while level := current_parents_of(level, branch=branch):
        yield level


def draft_pks_within(entity_pks: Iterable[int]) -> set[int]:
    """Return the given entities, and all that their drafts hold, at any level."""
    seen = set(entity_pks)
    level = seen
    while level:
        below = current_children_of(level, branch="draft").values()
        level = set(chain.from_iterable(below)) - seen
        seen = seen | level
    return seen


def never_published_above(entity_pks: Iterable[int]) -> set[int]:
    """Find the containers that were never published and whose drafts hold any of these items, at any level."""
    seen = set(entity_pks)
    above: set[int] = set()
    level = seen
    while level := current_parents_of(level, branch="draft") - seen:
        seen = seen | level
        above |= level
    never: set[int] = set()
    for part in in_parts(above):
        never.update(PublishableEntity.objects.filter(id__in=part, published__isnull=True).values_list("id", flat=True))
    return never


def descendant_levels(entity_pk: int, *, branch: BranchName) -> Iterator[list[int]]:
    """
    Yield the children of an item, then the children of these, and so on.

    An item that stands in several places, or below such an item, is in its level as often. Raises InvalidInputError
    when a level has more than MAX_LEVEL places.
    """
    level = [entity_pk]
    while level:
        children = current_children_of(level, branch=branch)
        places = chain.from_iterable(children.get(container_pk, ()) for container_pk in level)
        level = list(islice(places, MAX_LEVEL + 1))
        if len(level) > MAX_LEVEL:
            raise InvalidInputError(
                _(
                    "There are more than %(limit)s places below this item, because it contains things that"
                    " contain the same things again and again. Remove some of the repetitions."
                )
                % {"limit": f"{MAX_LEVEL:,}"}
            )
        if level:
            yield level
