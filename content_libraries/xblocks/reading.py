"""Reading what authors may know of a component: its fields, its OLX, what it is."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any, Final

from xblock.core import XBlock
from xblock.fields import Field, Scope

from ..characters import valid_value
from ..content.api import block_class
from ..keys import LibraryUsageLocatorV2
from ..libraries.api import Actor, Permission
from .data import BlockVersion, DeclaredField, DeclaredFields, FieldValues, Metadata, Version
from .parsing import UnknownTypeError, UnreadableOlxError, make_block, parsed_root
from .unread_settings import notice_of
from .versions import access_version

logger = logging.getLogger(__name__)

DATA: Final = "data"
_AUTHORED_SCOPES: Final = (Scope.settings, Scope.content)
_UNNAMED_FIELDS: Final = frozenset({"xml_attributes", "parent", "children"})
"""Fields that carry XML over an import, or tell of a course's tree."""

EXTRA_KEYS: Final = ("index_dictionary", "student_view_data", "children", "editable_children")


def get_fields(key: LibraryUsageLocatorV2, *, user: Actor, version: Version | None = None) -> FieldValues:
    """
    Read what authors edit of a component. Needs VIEW.

    Where the type is not installed or cannot read the OLX, only the name is known. Raises NotFoundError,
    NotAllowedError.
    """
    block_version = access_version(key, user=user, permission=Permission.VIEW, version=version)
    return field_values(block_version, user=user)


def field_values(block_version: BlockVersion, *, user: Actor) -> FieldValues:
    """What authors edit of a version that was read before. Checks no permission."""
    try:
        block = make_block(block_version, user=user)
    except (UnknownTypeError, UnreadableOlxError):
        name = parsed_root(block_version.olx).get("display_name")
        known = {} if name is None else {"display_name": name}
        return FieldValues(block_version.key, block_version.title, known)
    metadata = {
        field.name: valid_value(field.read_json(block))
        for field in authored_fields(block)
        if field.scope == Scope.settings and field.is_set_on(block)
    }
    data = block.fields.get(DATA)
    return FieldValues(
        block_version.key,
        block_version.title,
        metadata,
        None if data is None else valid_value(data.read_json(block)),
    )


def get_declared_fields(key: LibraryUsageLocatorV2, *, user: Actor, version: Version | None = None) -> DeclaredFields:
    """
    Read all authored fields that the type of a component declares, and what else its OLX says. Needs VIEW.

    Raises NotFoundError, NotAllowedError.
    """
    block_version = access_version(key, user=user, permission=Permission.VIEW, version=version)
    attributes = dict(parsed_root(block_version.olx).items())
    try:
        block = make_block(block_version, user=user)
    except (UnknownTypeError, UnreadableOlxError) as error:
        return DeclaredFields((), attributes, notice=error.message)
    fields = tuple(_declared(block, field) for field in authored_fields(block))
    preserved = {name: value for name, value in attributes.items() if not _knows(block, name)}
    return DeclaredFields(fields, preserved, notice=notice_of(block.runtime.unread_settings))


def get_version_olx(key: LibraryUsageLocatorV2, *, user: Actor, version: Version | None = None) -> str:
    """Read the OLX of a version exactly as it is stored. Needs VIEW. Raises NotFoundError, NotAllowedError."""
    return access_version(key, user=user, permission=Permission.VIEW, version=version).olx


def get_metadata(
    key: LibraryUsageLocatorV2, *, user: Actor, version: Version | None = None, include: Collection[str] = ()
) -> Metadata:
    """
    Read what a component is. Needs LEARN.

    Args:
        key: the component.
        user: who asks; may be anonymous.
        version: which version; None for the draft.
        include: of EXTRA_KEYS, what to tell besides; others are not known and left out.

    Raises NotFoundError, NotAllowedError.
    """
    block_version = access_version(key, user=user, permission=Permission.LEARN, version=version)
    extra: dict[str, Any] = {name: _extra(block_version, name, user) for name in EXTRA_KEYS if name in include}
    return Metadata(key, block_version.title, extra)


def authored_fields(block: XBlock) -> list[Field]:
    """The fields of a block that authors may see: settings and content, in the order of their names."""
    return [
        field
        for name, field in sorted(block.fields.items())
        if field.scope in _AUTHORED_SCOPES and name not in _UNNAMED_FIELDS
    ]


def _declared(block: XBlock, field: Field) -> DeclaredField:
    return DeclaredField(
        name=field.name,
        display_name=field.display_name,
        help=field.help or "",
        scope=field.scope.name,
        type=type(field).__name__,
        default=field.to_json(field.default),
        value=valid_value(field.read_json(block)),
        is_set=field.is_set_on(block),
        choices=field.values,
    )


def _knows(block: XBlock, attribute: str) -> bool:
    """Whether the class has taken an attribute for a field; it may also be no value of that field."""
    field = block.fields.get(attribute)
    return field is not None and bool(field.is_set_on(block))


def _extra(block_version: BlockVersion, name: str, user: Actor) -> Any:
    if name in {"children", "editable_children"}:
        return []
    cls = block_class(block_version.key.block_type)
    if cls is None or not hasattr(cls, name):
        return {} if name == "index_dictionary" else None
    try:
        return valid_value(getattr(make_block(block_version, user=user), name)())
    except Exception:  # the class is somebody else's
        logger.exception("%s of %s failed.", name, block_version.key)
        return None
