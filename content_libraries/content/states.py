"""Reads what an item was in one of its versions, in order to compare it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from ..keys import ItemKey, LibraryContainerLocator
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, package_pk
from ..olx.api import ComparedState, FileState
from .container_settings import settings_of

type CurrentVersions = Callable[[Iterable[int]], Mapping[int, int]]
"""Maps entity pks to the version pks that were current at a moment; items that did not exist are left out."""


def item_state(library: ContentLibrary, key: ItemKey, version_pk: int, *, current: CurrentVersions) -> ComparedState:
    """
    Read a version of a component or container. Checks no permission.

    Args:
        current: which versions of the children of a container count. Children without one are not shown.
    """
    title = learning_core.version_titles([version_pk])[version_pk]
    if isinstance(key, LibraryContainerLocator):
        children = children_at(version_pk, current)
        keys = learning_core.item_keys(package_pk(library), [pk for pk, _ in children], library_key=library.library_key)
        shown = tuple((str(keys[pk]), child_title) for pk, child_title in children if pk in keys)
        return ComparedState(title, more_settings=_kept_beside(version_pk), children=shown)
    files = learning_core.files_of([version_pk]).get(version_pk, ())
    return ComparedState(
        title,
        learning_core.olx_of([version_pk]).get(version_pk),
        more_settings=_kept_beside(version_pk),
        files={file.path: FileState(file.digest, file.size) for file in files},
    )


def children_at(version_pk: int, current: CurrentVersions) -> list[tuple[int, str]]:
    """Return the entity pk and the title of each child of a version of a container. Checks no permission."""
    places = learning_core.children_of([version_pk]).get(version_pk, ())
    versions = current([place.entity_pk for place in places])
    shown = [(place.entity_pk, place.pinned_version_pk or versions.get(place.entity_pk)) for place in places]
    titles = learning_core.version_titles([pk for _entity_pk, pk in shown if pk is not None])
    return [(entity_pk, titles[pk]) for entity_pk, pk in shown if pk is not None]


def _kept_beside(version_pk: int) -> dict[str, str]:
    """Return the settings that a container has kept from its original course, and the license of an item, as text."""
    kept = settings_of([version_pk]).get(version_pk)
    if kept is None:
        return {}
    settings = {name: value if isinstance(value, str) else json.dumps(value) for name, value in kept.settings.items()}
    licensing = {name: getattr(kept, name) for name in ("license", "license_holder", "copyright_notice")}
    return settings | {name: value for name, value in licensing.items() if value}
