"""Saves fields of components. A save makes one new version, or no version if nothing changes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from ..actors import Actor
from ..content import api as content
from ..errors import ConflictError
from ..keys import LibraryUsageLocatorV2
from ..libraries.api import Permission
from .data import BlockVersion, FieldValues
from .editing import Changed, change_fields
from .processes.running import run
from .site import Site
from .versions import access_version
from .visits import turn_of


def save_fields(
    key: LibraryUsageLocatorV2,
    *,
    user: Actor,
    data: object = None,
    metadata: Mapping[str, object] | None = None,
    expected_version: int | None = None,
) -> FieldValues:
    """
    Save authored fields of a component as its next draft version. Needs EDIT.

    Args:
        key: the component.
        user: the user who saves.
        data: its text, or another JSON value, depending on its type; None to leave it unchanged.
        metadata: field name -> JSON value; None as a value sets the field back to its default.
        expected_version: the version that the edit started from; any version if None.

    Values that the component has already make no version. The title follows ``display_name``. If the type is not
    installed, only the name can be changed.

    Returns: all fields after the save. Raises NotFoundError, NotAllowedError, ConflictError, VersionConflictError,
    BusyError, BlockStoppedError, and InvalidFieldsError if a field does not exist or cannot have the value.
    """
    block_version = access_version(key, user=user, permission=Permission.EDIT)
    if expected_version not in (None, block_version.version_num):
        content.require_version(key, user=user, version_num=expected_version)
        raise ConflictError(_("Somebody else changed this at the same time. Reload it, then try again."))
    site = Site(block_version, user)
    arguments = (block_version, data, dict(metadata or {}))
    changed = run(change_fields, *arguments, site=site, who=turn_of(user), about=key)
    return save_changed(block_version, changed, user=user, expected_version=expected_version)


def save_changed(
    block_version: BlockVersion, changed: Changed, *, user: Actor, expected_version: int | None = None
) -> FieldValues:
    """
    Store the changed OLX and files of a draft, unless they are the same as before.

    Args:
        expected_version: the version that the draft must still be; any version if None.

    Returns: all fields after it. Raises NotFoundError, NotAllowedError, ConflictError and VersionConflictError.
    """
    if changed.olx == block_version.olx and not changed.files:
        return changed.values.of(block_version)
    content.set_olx(
        block_version.key, user=user, olx=changed.olx, files=changed.files, expected_version=expected_version
    )
    return changed.values.of(access_version(block_version.key, user=user, permission=Permission.EDIT))
