"""Reads components for authors: their fields, their OLX, their descriptions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from ..actors import Actor
from ..keys import LibraryUsageLocatorV2
from ..libraries.api import Permission
from .data import DeclaredFields, FieldValues, Metadata, Version
from .editing import declare_fields, read_fields
from .inside import describe
from .processes.running import run
from .site import Site
from .versions import access_version
from .visits import turn_of, visit_of

_INDEX: Final = "index_dictionary"
_METHODS: Final = (_INDEX, "student_view_data")
_CHILDREN: Final = ("children", "editable_children")


def get_fields(key: LibraryUsageLocatorV2, *, user: Actor, version: Version | None = None) -> FieldValues:
    """
    Read the values of a component that authors edit. Needs VIEW.

    If the type is not installed or cannot read the OLX, only the name is known. Raises NotFoundError,
    NotAllowedError, BusyError and BlockStoppedError.
    """
    block_version = access_version(key, user=user, permission=Permission.VIEW, version=version)
    values = run(read_fields, block_version, site=Site(block_version, user), who=turn_of(user), about=key)
    return values.of(block_version)


def get_declared_fields(key: LibraryUsageLocatorV2, *, user: Actor, version: Version | None = None) -> DeclaredFields:
    """
    Read all authored fields that the type of a component declares, and the other attributes of its OLX. Needs VIEW.

    Raises NotFoundError, NotAllowedError, BusyError and BlockStoppedError.
    """
    block_version = access_version(key, user=user, permission=Permission.VIEW, version=version)
    return run(declare_fields, block_version, site=Site(block_version, user), who=turn_of(user), about=key)


def get_version_olx(key: LibraryUsageLocatorV2, *, user: Actor, version: Version | None = None) -> str:
    """Read the OLX of a version exactly as it is stored. Needs VIEW. Raises NotFoundError, NotAllowedError."""
    return access_version(key, user=user, permission=Permission.VIEW, version=version).olx


def get_metadata(
    key: LibraryUsageLocatorV2, *, user: Actor, version: Version | None = None, include: Collection[str] = ()
) -> Metadata:
    """
    Read the description of a component. Needs LEARN.

    Args:
        key: the component.
        user: the user who asks; may be anonymous.
        version: the version; None for the draft.
        include: additional values: ``index_dictionary``, ``student_view_data``, ``children`` and
            ``editable_children``. Others are not known and left out.

    Raises NotFoundError, NotAllowedError, BusyError and BlockStoppedError.
    """
    block_version = access_version(key, user=user, permission=Permission.LEARN, version=version)
    extra: dict[str, object] = {name: {} if name == _INDEX else None for name in _METHODS if name in include}
    if extra:
        site = Site(block_version, user)
        visit = visit_of(block_version, user=user)
        described = run(describe, visit, tuple(extra), site=site, who=turn_of(user), about=key)
        site.remember(described.learned)
        extra |= described.extra
    return Metadata(key, block_version.title, extra | {name: [] for name in _CHILDREN if name in include})
