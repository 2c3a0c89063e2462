"""Refuses edits that started from another version than the current draft (ADR 0047)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from ..errors import VersionConflictError
from ..keys import ItemKey
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, package_pk
from ..olx.api import ComparedState, state_difference
from .states import CurrentVersions, item_state


@contextmanager
def expecting(library: ContentLibrary, key: ItemKey, entity_pk: int, version_num: int | None) -> Iterator[None]:
    """
    Do the writes of the block only if the draft of an item is at the expected version.

    The version is read under the lock that all edits of the learning package take, and the block runs under the lock,
    too. So nobody changes the draft between the check and the write.

    Args:
        version_num: the version that the edit started from; None to write in any case.

    Raises VersionConflictError, with the difference; the block does not run then.
    """
    if version_num is None:
        yield
        return
    with transaction.atomic():
        learning_core.lock_package(package_pk(library))
        current_pk = draft_of(entity_pk)
        if current_pk is not None and learning_core.version_nums([current_pk])[current_pk] == version_num:
            yield
            return
    # The lock is free again: others need not wait until the texts are compared.
    raise version_conflict(key, entity_pk, version_num, read=partial(item_state, library, key))


def draft_of(entity_pk: int) -> int | None:
    """Return the pk of the current draft version; None if the item is deleted."""
    return learning_core.current_versions([entity_pk], branch="draft").get(entity_pk)


class Reader(Protocol):
    """Reads a version of an item, with the children that are current at a moment."""

    def __call__(self, version_pk: int, *, current: CurrentVersions) -> ComparedState: ...


def version_conflict(key: object, entity_pk: int, base_num: int, *, read: Reader) -> VersionConflictError:
    """
    Make the error for an edit that started from another version than the current draft.

    Children have their present titles on both sides, so that only changes of the item itself are shown.
    """
    current = partial(learning_core.current_versions, branch="draft")
    base_pk, current_pk = learning_core.numbered_version(entity_pk, base_num), draft_of(entity_pk)
    change = learning_core.last_own_change(entity_pk)
    difference = None
    if base_pk is not None:
        now = None if current_pk is None else read(current_pk, current=current)
        difference = state_difference(read(base_pk, current=current), now)
    return VersionConflictError(
        conflict_message(key),
        key=key,
        base_version=base_num,
        current_version=None if current_pk is None else learning_core.version_nums([current_pk])[current_pk],
        changed_by=None if change is None else change.user,
        changed_at=None if change is None else change.created,
        difference=difference,
    )


def conflict_message(key: object) -> str:
    """Tell the author that somebody else was faster."""
    return _("“%(key)s” was changed after you opened it. Look at the changes, then edit the current version.") % {
        "key": key
    }
