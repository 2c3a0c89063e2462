"""Finds the version that an item goes back to, and the versions of everything that was in it then."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from ...errors import InvalidInputError
from ...learning_core.api import set_changes
from ...learning_core.data import NumberedVersion
from .data import ItemVersion

type Versions = Mapping[int, int | None]
"""Entity pk -> pk of the version that comes back; None for no version."""


def wanted_version(target: ItemVersion, entity_pk: int) -> NumberedVersion:
    """Find the version that an item goes back to. Raises InvalidInputError."""
    version = set_changes.find_version_of(entity_pk, target.version_num)
    if version is None:
        raise no_version(target)
    return version


def no_version(target: ItemVersion) -> InvalidInputError:
    """Return the error for a version that does not exist, or is not kept any more."""
    text = _("“%(item)s” has no version %(version)s (any more). Choose another one.")
    return InvalidInputError(text % {"item": target.key, "version": target.version_num}, field="version_num")


def no_container(target: ItemVersion) -> InvalidInputError:
    """Return the error for the children of an item that is no container."""
    return InvalidInputError(
        _("“%(item)s” is no container, so there is nothing in it.") % {"item": target.key}, field="with_children"
    )


def versions_then(entity_pk: int, version: NumberedVersion) -> Versions:
    """
    Return the versions that a container, and everything in it, had when a version of the container was made.

    Raises InvalidInputError if that is not known.
    """
    log_pk = set_changes.log_that_made(version.pk)
    if log_pk is None:
        raise InvalidInputError(
            _("It is not known what was in the container then. Restore it without its children."),
            field="with_children",
        )
    versions: dict[int, int | None] = {entity_pk: version.pk}
    level = [version.pk]
    while level:
        below = {pk for children in set_changes.child_pks_of(level).values() for pk in children}
        found = set_changes.drafts_after(log_pk, below - versions.keys())
        versions |= found
        level = [pk for pk in found.values() if pk is not None]
    return versions
