"""Writes many items in one change, for imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from ..actors import Actor
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, Permission, author_pk, package_pk, require
from . import container_settings as preserved
from .components import check_limit
from .data import ComponentWrite, ContainerSettingsData, ContainerWrite, DraftWrites


def write_items(
    user: Actor,
    library: ContentLibrary,
    *,
    components: Sequence[ComponentWrite] = (),
    containers: Sequence[ContainerWrite] = (),
    container_settings: Mapping[str, ContainerSettingsData] | None = None,
    file_bytes: learning_core.FileBytes | None = None,
    at: datetime | None = None,
) -> DraftWrites:
    """
    Create components and containers, or give them their next versions, in one draft change log. Needs EDIT.

    Args:
        user: the author of everything.
        library: the library that gets the items.
        components, containers, file_bytes, at: see ``learning_core.api.write_drafts``.
        container_settings: entity_ref of an item of this write -> settings and license to keep with its new version.
            Other items keep the settings of their draft.

    Returns: the written items. Raises NotAllowedError, and InvalidInputError if Learning Core refuses an item or if
    the library would hold too many components. On an error nothing is written.
    """
    require(user, library, Permission.EDIT)
    learning_package_pk = package_pk(library)
    with transaction.atomic():
        refs = [*(item.entity_ref for item in components), *(item.entity_ref for item in containers)]
        drafts = learning_core.draft_versions(learning_package_pk, refs)
        new = sum(component.entity_ref not in drafts for component in components)
        if new:
            check_limit(learning_package_pk, new_components=new)
        writes = learning_core.write_drafts(
            learning_package_pk,
            components=components,
            containers=containers,
            author_pk=author_pk(user),
            at=at,
            file_bytes=file_bytes,
        )
        preserved.write_settings({writes.version_pks[ref]: data for ref, data in (container_settings or {}).items()})
        kept = drafts.keys() & writes.version_pks.keys() - (container_settings or {}).keys()
        preserved.carry_over({drafts[ref]: writes.version_pks[ref] for ref in kept})
    return writes
