"""Creates, changes, counts and deletes learning packages."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from graphlib import TopologicalSorter
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Count, F, Max, Q
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils.translation import gettext as _
from openedx_content import api as content_api
from openedx_content.models_api import EntityList, LearningPackage, PublishableEntity, PublishLog

from ..errors import ConflictError, InvalidInputError
from ..upstream.openedx_core import folder_of
from .ids import package_id
from .publish import lock_package
from .rows import in_parts

logger = logging.getLogger(__name__)

type Model = type[models.Model]
type PackageID = LearningPackage.ID

UNPUBLISHED: Final = Q(draft__version__isnull=False) & ~Q(
    published__version__isnull=False, published__version=F("draft__version")
)
"""Live entities whose draft version is not the published one."""

UNPUBLISHED_DELETE: Final = Q(draft__version=None, published__version__isnull=False)
"""Entities that are deleted in draft, and still published."""


class PackageExistsError(ConflictError):
    """A learning package with that ``package_ref`` exists already."""

    code = "package_exists"

    def __init__(self, package_ref: str) -> None:
        super().__init__(_("A learning package “%(package_ref)s” exists already.") % {"package_ref": package_ref})


@dataclass(frozen=True, slots=True)
class PackageStatistics:
    """
    Figures of a learning package (wire: libraries-object; has the exact meaning of each).

    Args:
        live_items: drafts that are not deleted, components and containers together.
        last_published: time of the last publish, None when there was none.
        published_by: username of that publish, "" when unknown.
        last_draft_created: creation of the newest live item with unpublished changes, None without any.
        last_draft_created_by: username of who created that item, "" when unknown.
        has_unpublished_deletes: whether anything is deleted in draft, but still published.
    """

    live_items: int = 0
    last_published: datetime | None = None
    published_by: str = ""
    last_draft_created: datetime | None = None
    last_draft_created_by: str = ""
    has_unpublished_deletes: bool = False

    @property
    def has_unpublished_changes(self) -> bool:
        return self.last_draft_created is not None


def create_learning_package(package_ref: str, *, title: str, description: str = "") -> LearningPackage.ID:
    """
    Create an empty learning package.

    Args:
        package_ref: unique name of the package; for a library its key as a string.

    Returns: the pk. Raises PackageExistsError, also if another process creates the package at the same moment, and
    InvalidInputError if the title is blank or too long.
    """
    try:
        with transaction.atomic():
            package = content_api.create_learning_package(package_ref, title=title, description=description)
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            if field not in ("package_ref", "__all__"):
                raise InvalidInputError(messages[0], field=field, as_list=True) from error
        raise PackageExistsError(package_ref) from error
    except IntegrityError as error:
        raise PackageExistsError(package_ref) from error
    return package.id


def update_learning_package(
    learning_package_pk: int, *, title: str | None = None, description: str | None = None
) -> None:
    """Change the title or the description; None leaves a field unchanged."""
    content_api.update_learning_package(package_id(learning_package_pk), title=title, description=description)


def package_statistics(learning_package_pk: int) -> PackageStatistics:
    """
    Return figures of a learning package, in at most three queries.

    One of the queries passes over all entities.
    """
    package = package_id(learning_package_pk)
    entities = PublishableEntity.objects.filter(learning_package_id=package)
    figures = entities.aggregate(
        live_items=Count("draft__version"),
        last_draft_created=Max("created", filter=UNPUBLISHED),
        unpublished_deletes=Count("pk", filter=UNPUBLISHED_DELETE),
    )
    newest = figures["last_draft_created"] and (
        entities.filter(UNPUBLISHED, created=figures["last_draft_created"])
        .order_by("-id")
        .values_list("created_by__username", flat=True)
        .first()
    )
    published_at, published_by = (
        PublishLog.objects.filter(learning_package_id=package)
        .order_by("-id")
        .values_list("published_at", "published_by__username")
        .first()
    ) or (None, None)
    return PackageStatistics(
        live_items=figures["live_items"],
        last_published=published_at,
        published_by=published_by or "",
        last_draft_created=figures["last_draft_created"],
        last_draft_created_by=newest or "",
        has_unpublished_deletes=bool(figures["unpublished_deletes"]),
    )


def live_item_counts(learning_package_pks: Iterable[int]) -> dict[int, int]:
    """
    Count the live components and containers of each package, in one query.

    Packages without live items are left out.
    """
    return dict(
        PublishableEntity.objects.filter(
            learning_package_id__in=list(learning_package_pks), draft__version__isnull=False
        )
        .order_by()
        .values_list("learning_package_id")
        .annotate(Count("pk"))
    )


def delete_learning_package(learning_package_pk: int) -> None:
    """
    Delete a learning package and everything in it: drafts, published versions, history, collections, and
    rows of other rooms and apps that refer to these with ``on_delete=CASCADE``.

    Takes one query for each table, and one for every 900 versions of containers. Django's own cascade would load
    every row, and stops at the RESTRICT keys between logs, versions and lists of children. Delete signals of
    single rows are not sent; Learning Core's LEARNING_PACKAGE_DELETED is sent after commit.

    Files of components stay in the storage, below ``content/<uuid of the package>/``: Learning Core has no
    public way to remove them, and a restored backup of the database finds them again. The folder is logged,
    so that an operator can remove it.

    Raises IntegrityError if a row that must not vanish silently (RESTRICT or PROTECT) still refers to the
    package: delete the library or the course first.
    """
    with transaction.atomic():
        # The lock keeps others from adding content to a package that is about to vanish.
        package = lock_package(learning_package_pk)
        # A list of children does not say which package it belongs to; only the container versions do.
        children_lists = list(
            EntityList.objects.filter(container_versions__container__learning_package=package)
            .order_by()
            .distinct()
            .values_list("pk", flat=True)
        )
        for reference in _outside_references():
            reference.rows(learning_package_pk).update(**{reference.field: None})
        for table in _content_tables():
            _delete_rows(table.rows(learning_package_pk))
        for pks in in_parts(children_lists):
            _delete_rows(EntityList.objects.filter(pk__in=pks))
        package.delete()
    logger.info(
        "Deleted learning package %s. Its files stay in the storage below %s/.",
        package.package_ref,
        folder_of(package.uuid),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """
    Rows of a table that belong to a learning package, or refer to its content.

    Args:
        path: lookup from a row to its package.
        field: for rows that only refer to content and outlive it, the field that does.
    """

    model: Model
    path: str
    field: str = ""

    def rows(self, learning_package_pk: int) -> models.QuerySet[Any]:
        return self.model._base_manager.filter(**{self.path: learning_package_pk})


def _delete_rows(rows: models.QuerySet[Any]) -> None:
    """Delete rows in one statement, without cascade or signals, which the order of the tables makes unnecessary."""
    rows._raw_delete(rows.db)


@cache
def _content_tables() -> tuple[_Rows, ...]:
    """List all tables with content of learning packages, each before the tables that it refers to."""
    tables: dict[Model, _Rows] = {}
    for may_be_null in (False, True):  # a path that may be null, as the last resort, does not find all rows
        queue: deque[tuple[Model, str]] = deque([(LearningPackage, "")])
        queue.extend((model, f"__{rows.path}") for model, rows in tables.items())
        while queue:  # breadth first: every table gets its shortest path
            target, path = queue.popleft()
            for relation in _relations_to(target):
                model = relation.related_model
                if (
                    model not in tables
                    and _belongs_to_content(relation)
                    and relation.field.null in {False, may_be_null}
                ):
                    tables[model] = _Rows(model, f"{relation.field.name}{path}")
                    queue.append((model, f"__{relation.field.name}{path}"))
    order = TopologicalSorter(dict.fromkeys(tables, ()))
    for model in tables:
        for field in model._meta.concrete_fields:
            if field.related_model in tables and field.related_model is not model:
                order.add(field.related_model, model)
    return tuple(tables[model] for model in order.static_order())


@cache
def _outside_references() -> tuple[_Rows, ...]:
    """List the rows of other tables that refer to content with ``on_delete=SET_NULL``."""
    tables = _content_tables()
    inside = {table.model for table in tables}
    return tuple(
        _Rows(relation.related_model, f"{relation.field.name}__{table.path}", relation.field.name)
        for table in tables
        for relation in _relations_to(table.model)
        if relation.on_delete is models.SET_NULL and relation.related_model not in inside
    )


def _relations_to(model: Model) -> Iterator[ForeignObjectRel]:
    """Yield the foreign keys of other tables to a model."""
    for relation in model._meta.get_fields(include_parents=False, include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation


def _belongs_to_content(relation: ForeignObjectRel) -> bool:
    """
    Return whether rows are deleted together with the row that they refer to.

    Learning Core restricts the deletion of rows that its own logs refer to; here the logs are deleted, too. RESTRICT
    and PROTECT of other apps are respected.
    """
    own = relation.related_model._meta.app_label == LearningPackage._meta.app_label
    return relation.on_delete is models.CASCADE or (own and relation.on_delete is models.RESTRICT)
