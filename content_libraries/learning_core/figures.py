"""Figures of many learning packages at once, for lists of operators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, QuerySet
from django.db.models.functions import Coalesce
from openedx_content.models_api import PublishableEntity, PublishLog

from .packages import UNPUBLISHED, UNPUBLISHED_DELETE


@dataclass(frozen=True, slots=True)
class PackageFigures:
    """
    The size of a learning package, and how much of it is unpublished.

    Args:
        live: how many drafts are not deleted, by kind: the type of a container, or the namespace of a component.
        unpublished: how many items have changes of their own that are not published, deletions too. A container
            counts if its list of children changed, but not if only the children themselves changed.
        last_published: None if no item was ever published.
    """

    live: Mapping[str, int]
    unpublished: int = 0
    last_published: datetime | None = None

    @property
    def live_items(self) -> int:
        return sum(self.live.values())


def package_figures(learning_package_pks: Iterable[int]) -> dict[int, PackageFigures]:
    """
    Map learning package pks to their figures, in two queries.

    One of the queries passes over all entities of these packages.
    """
    pks = list(learning_package_pks)
    live: dict[int, dict[str, int]] = {pk: {} for pk in pks}
    unpublished = dict.fromkeys(pks, 0)
    kind = Coalesce(F("container__container_type__type_code"), F("component__component_type__namespace"))
    rows = (
        PublishableEntity.objects.filter(learning_package_id__in=pks)
        .order_by()
        .values("learning_package_id", kind=kind)
        .annotate(live=Count("draft__version"), unpublished=Count("pk", filter=UNPUBLISHED | UNPUBLISHED_DELETE))
    )
    for row in rows:
        live[row["learning_package_id"]][row["kind"]] = row["live"]
        unpublished[row["learning_package_id"]] += row["unpublished"]
    logs = PublishLog.objects.filter(learning_package_id__in=pks).order_by().values_list("learning_package_id")
    last_published: dict[int, datetime] = dict(logs.annotate(Max("published_at")))
    return {pk: PackageFigures(live[pk], unpublished[pk], last_published.get(pk)) for pk in pks}


def packages_with_unpublished_changes() -> QuerySet[Any]:
    """Return a query for the pks of learning packages with unpublished changes, for use inside of another query."""
    changed = PublishableEntity.objects.filter(UNPUBLISHED | UNPUBLISHED_DELETE)
    return changed.order_by().values("learning_package_id")
