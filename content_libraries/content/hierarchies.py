"""Reads the items above and below an item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..actors import Actor
from ..block_types.api import CONTAINERS
from ..keys import ItemKey, LibraryContainerLocator
from ..learning_core import api as learning_core
from ..libraries.api import Permission, package_pk
from .data import Hierarchy, HierarchyMember
from .items import access_item

_LEVELS: Final = {container.container_type: container.plural for container in CONTAINERS}
_COMPONENTS: Final = "components"


def get_hierarchy(key: ItemKey, *, user: Actor) -> Hierarchy:
    """
    Read the draft hierarchy around a component or container, in a constant number of queries. Needs VIEW.

    Raises NotFoundError (also if the item is softly deleted) and NotAllowedError; InvalidInputError if nested
    repetitions make the hierarchy too large to show.
    """
    library, item = access_item(user, key, Permission.VIEW)
    above = list(learning_core.ancestor_levels(item.pk, branch="draft"))
    below = list(learning_core.descendant_levels(item.pk, branch="draft"))
    levels: list[Iterable[int]] = [*(sorted(level) for level in above), [item.pk], *below]
    statuses = learning_core.item_statuses(
        package_pk(library), {pk for level in levels for pk in level}, library_key=library.library_key
    )
    members: dict[str, list[HierarchyMember]] = {}
    for pk in (pk for level in levels for pk in level):
        status = statuses.get(pk)
        if status is None or status.draft is None:
            continue
        members.setdefault(_level_of(status.key), []).append(
            HierarchyMember(status.key, status.draft.title, status.has_unpublished_changes)
        )
    return Hierarchy(key, **{level: tuple(items) for level, items in members.items()})


def _level_of(key: ItemKey) -> str:
    return _LEVELS[key.container_type] if isinstance(key, LibraryContainerLocator) else _COMPONENTS
