"""Reads what a block of a course was in one of its versions, in order to compare it."""

from __future__ import annotations

from ..content.api import CurrentVersions, children_at
from ..learning_core import api as learning_core
from ..olx.api import ComparedState
from .models import BlockDefinition
from .placing import block_keys_of


def block_state(version_pk: int, *, current: CurrentVersions) -> ComparedState:
    """
    Read a version of a block of a course. Checks no permission.

    Args:
        current: which versions of the children count. Children without one are not shown.
    """
    title = learning_core.version_titles([version_pk])[version_pk]
    definition = BlockDefinition.objects.filter(version=version_pk).values_list("olx", flat=True).first()
    if definition is None:
        return ComparedState(title, learning_core.olx_of([version_pk]).get(version_pk))
    children = children_at(version_pk, current)
    keys = block_keys_of([pk for pk, _title in children])
    return ComparedState(
        title, definition, children=tuple((str(keys[pk]), name) for pk, name in children if pk in keys)
    )
