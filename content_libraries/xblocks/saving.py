"""Saving fields of components: one new version for what changed, none for what did not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ..content import api as content
from ..keys import LibraryUsageLocatorV2
from ..libraries.api import Actor, Permission
from ..olx.api import with_attributes
from .data import BlockVersion, FieldValues, InvalidFieldsError
from .field_data import UNSET
from .parsing import UnknownTypeError, UnreadableOlxError, make_block
from .reading import DATA, authored_fields, field_values
from .versions import access_version
from .writing import Changes, changed_olx, checked

_NAME = "display_name"


def save_fields(
    key: LibraryUsageLocatorV2, *, user: Actor, data: str | None = None, metadata: Mapping[str, Any] | None = None
) -> FieldValues:
    """
    Save authored fields of a component as its next draft version. Needs EDIT.

    Args:
        key: the component.
        user: who saves.
        data: its text; None to leave it as it is.
        metadata: field name -> JSON value; None as a value sets the field back to its default.

    Values that the component has already make no version. The title follows ``display_name``. Where the type is not
    installed, the name is all that can be changed.

    Returns: all fields after the save. Raises NotFoundError, NotAllowedError, ConflictError, and InvalidFieldsError
    for a field that there is not, or a value that it cannot have.
    """
    block_version = access_version(key, user=user, permission=Permission.EDIT)
    changes = _changes(block_version, metadata or {}, data)
    return field_values(save_changes(block_version, changes, user=user), user=user)


def save_changes(
    block_version: BlockVersion, changes: Changes, *, user: Actor, files: Mapping[str, bytes | None] | None = None
) -> BlockVersion:
    """
    Save changes of fields that were read from the draft, and of files with them; see ``save_fields``.

    Returns: the draft after it.
    """
    try:
        olx = changed_olx(block_version, changes)
    except (UnknownTypeError, UnreadableOlxError):
        olx = _renamed(block_version, changes)
    if olx == block_version.olx and not files:
        return block_version
    content.set_olx(block_version.key, user=user, olx=olx, files=files)
    return access_version(block_version.key, user=user, permission=Permission.EDIT)


def _changes(block_version: BlockVersion, metadata: Mapping[str, Any], data: str | None) -> Changes:
    try:
        block = make_block(block_version, user=None)
    except (UnknownTypeError, UnreadableOlxError) as error:
        if data is not None:
            raise InvalidFieldsError(error.message) from error
        return {name: UNSET if value is None else value for name, value in metadata.items()}
    fields = {field.name: field for field in authored_fields(block)}
    changes: dict[str, Any] = {}
    for name, value in metadata.items():
        if name in fields:
            changes[name] = UNSET if value is None else value
        elif value is not None:
            raise InvalidFieldsError(
                _("“%(block_type)s” has no field “%(name)s” to edit")
                % {"block_type": block_version.key.block_type, "name": name}
            )
    if data is not None and DATA in fields:
        changes[DATA] = data
    elif data:
        raise InvalidFieldsError(
            _("“%(block_type)s” has no text to edit") % {"block_type": block_version.key.block_type}
        )
    for name, value in changes.items():
        if value is not UNSET:
            checked(fields[name], value)
    return changes


def _renamed(block_version: BlockVersion, changes: Changes) -> str:
    """The OLX of a component whose type is not known here, with another name."""
    if others := sorted(set(changes) - {_NAME}):
        raise InvalidFieldsError(
            _("“%(block_type)s” cannot be edited here: %(fields)s")
            % {"block_type": block_version.key.block_type, "fields": ", ".join(others)}
        )
    if _NAME not in changes:
        return block_version.olx
    name = None if changes[_NAME] is UNSET else changes[_NAME]
    if not isinstance(name, str | None):
        raise InvalidFieldsError(_("%(name)s: it has to be a text") % {"name": _NAME})
    return with_attributes(block_version.olx, {_NAME: name})
