"""
Uses internals of openedx-core, beyond ``openedx_content.api`` and the reading of ``openedx_content.models_api``.

*Tables that are written.* Learning Core asks callers to write through its API only, which takes 28 queries for a new
component and more for each effect on containers (ADR 0006). These modules of ``learning_core`` write the tables:

- ``bulk`` and ``restored``: ``PublishableEntity`` (as ``EntityRow``), ``PublishableEntityVersion``, and
  ``DraftChangeLog``. Through ``item_rows``: ``Component``, ``Container``, ``Unit``, ``Subsection`` and ``Section``;
  ``ComponentVersion``, ``ComponentVersionMedia``, ``ContainerVersion``, ``UnitVersion``, ``SubsectionVersion`` and
  ``SectionVersion``; ``EntityList`` and ``EntityListRow``; and ``PublishableEntityVersionDependency``.
- ``media``: ``Media``.
- ``filled_collections``: ``Collection`` and ``CollectionPublishableEntity``.
- ``publish``: ``DraftChangeLog``, ``DraftChangeLogRecord`` and ``Draft``; ``PublishLog``, ``PublishLogRecord`` and
  ``Published``.
- ``earlier_versions``: the version tables of ``bulk`` again, and ``DraftChangeLog`` and ``PublishLog``.
- ``side_effects``, through ``branches``: the records and pointers again, ``DraftSideEffect`` and ``PublishSideEffect``.
- ``packages``: deletes from all tables that it finds to belong to a learning package.

All columns are written, except columns that keep their defaults. Only ``restored`` writes
``EntityListRow.entity_version_id``, for places that are pinned to a version. ``tests/upstream/test_openedx_core.py``
has every column, and fails if a release adds or changes one.

*Events.* Code that writes the tables has to send the events of Learning Core, too (``branches``).

*Names.* Learning Core names the folder of a package's files, and the packages that it reads from archives. Neither
name can be asked for.

*The storage of media.* ``get_storage`` is in a private module. ``media_files``, ``file_checks`` and ``archives``
need it to store files whole (ADR 0036), and to delete them.

*The primary key of entities.* ``PublishableEntity`` overrides ``pk`` with a read-only property.

Seen with openedx-core 1.15.2. The tables can be left to Learning Core when its API writes many items in a constant
number of queries, and each of the other parts can go when its test in ``tests/upstream`` says so. Until then
``requirements/base.in`` admits the tested minor version only.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import models
from openedx_content.api import signals
from openedx_content.applets.media.models import get_storage
from openedx_content.models_api import (
    Collection,
    CollectionPublishableEntity,
    Component,
    ComponentVersion,
    ComponentVersionMedia,
    Container,
    ContainerVersion,
    Draft,
    DraftChangeLog,
    DraftChangeLogRecord,
    DraftSideEffect,
    EntityList,
    EntityListRow,
    Media,
    PublishableEntity,
    PublishableEntityVersion,
    PublishableEntityVersionDependency,
    Published,
    PublishLog,
    PublishLogRecord,
    PublishSideEffect,
    Section,
    SectionVersion,
    Subsection,
    SubsectionVersion,
    Unit,
    UnitVersion,
)

STAGED: Final = "lp-restore:"
"""Prefix of the names that Learning Core gives to packages from archives; the username and another colon follow."""


class EntityRow(PublishableEntity):
    """
    ``PublishableEntity`` with the ordinary ``pk``, so that rows can be inserted in bulk.

    .. no_pii:
    """

    pk = models.Model.pk

    class Meta:
        proxy = True
        app_label = "content_libraries"
        default_permissions = ()


def folder_of(package_uuid: UUID) -> str:
    """Return the folder in which Learning Core stores the files of a learning package."""
    return f"content/{package_uuid}"


__all__ = [
    "STAGED",
    "Collection",
    "CollectionPublishableEntity",
    "Component",
    "ComponentVersion",
    "ComponentVersionMedia",
    "Container",
    "ContainerVersion",
    "Draft",
    "DraftChangeLog",
    "DraftChangeLogRecord",
    "DraftSideEffect",
    "EntityList",
    "EntityListRow",
    "EntityRow",
    "Media",
    "PublishLog",
    "PublishLogRecord",
    "PublishSideEffect",
    "PublishableEntity",
    "PublishableEntityVersion",
    "PublishableEntityVersionDependency",
    "Published",
    "Section",
    "SectionVersion",
    "Subsection",
    "SubsectionVersion",
    "Unit",
    "UnitVersion",
    "folder_of",
    "get_storage",
    "signals",
]
