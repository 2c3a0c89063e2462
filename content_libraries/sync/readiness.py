"""
How links stand: the one definition that list, summary, badge, detail and runs go by (wire: sync-readiness,
sync-link-states).

Everything is computed from the rows of links and from what libraries have published, in one query.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from ..learning_core import api as learning_core
from .data import READY_STATES, WORKING_STATES, LinkState
from .models import CourseLink

_ITEM: Final = ("library_key", "upstream_ref", "container_type", "version_synced")


def states_of(links: QuerySet[Any]) -> QuerySet[Any]:
    """
    Tell of links how each stands by itself.

    Adds ``available`` (number of the published version, or null) and ``state`` (of LinkState; never INACCESSIBLE).
    """
    newer_than_synced = Q(available__gt=Coalesce(F("version_synced"), Value(0)))
    newer_than_declined = Q(available__gt=Coalesce(F("version_declined"), Value(0)))
    # A library that was restored from an archive may have lower numbers than those that courses have taken.
    is_of_another_history = Q(available__lt=F("version_synced"), has_version=False)
    is_declined = Q(available=F("version_declined"))
    broken = Q(available__isnull=True)
    found: QuerySet[Any] = links.annotate(**learning_core.published_counterparts(*_ITEM)).annotate(
        state=Case(
            When(~Q(fault=""), then=Cast(F("fault"), TextField())),
            When(broken & Q(has_package=False), then=_state(LinkState.UNKNOWN_LIBRARY)),
            When(broken & Q(has_item=True), then=_state(LinkState.UNPUBLISHED)),
            When(broken & Q(deletion_declined=True), then=_state(LinkState.DECLINED)),
            When(broken, then=_state(LinkState.DELETED)),
            When(newer_than_synced & newer_than_declined, then=_state(LinkState.UPDATE)),
            When(newer_than_synced, then=_state(LinkState.DECLINED)),
            When(is_of_another_history & is_declined, then=_state(LinkState.DECLINED)),
            When(is_of_another_history, then=_state(LinkState.UPDATE)),
            default=_state(LinkState.OK),
            output_field=TextField(),
        )
    )
    return found


def readiness_of(links: QuerySet[Any]) -> QuerySet[Any]:
    """
    Tell of links whether an author is to be asked about them.

    Adds to ``states_of``: ``parent_pk`` (of the link of the top-level parent, or null), ``has_ready_parts`` (whether
    something below is ready; always false for a component), and ``is_ready`` (whether there is something to take, in
    the block or below it). ``is_ready`` ignores whether the link is top-level; those that are have no ``parent_pk``.
    """
    siblings = CourseLink.objects.filter(course_key=OuterRef("course_key"))
    parents = siblings.filter(downstream_key=OuterRef("top_level_parent_key"))
    parts = CourseLink.objects.filter(
        course_key=OuterRef("course_key"), top_level_parent_key=OuterRef("downstream_key")
    )
    found: QuerySet[Any] = (
        states_of(links)
        .annotate(
            parent_pk=Subquery(parents.values("pk")[:1]),
            has_ready_parts=Exists(states_of(parts).filter(state__in=READY_STATES)),
        )
        .annotate(
            is_ready=Case(
                When(Q(state=LinkState.UPDATE), then=Value(True)),
                When(Q(state__in=WORKING_STATES, has_ready_parts=True), then=Value(True)),
                default=Value(False),
            )
        )
    )
    return found


def _state(state: LinkState) -> Any:
    return Value(state.value, output_field=TextField())
