"""
Data classes and enumerations of libraries, for other rooms too.

``PERMISSIONS_OF`` is the only table of which role allows what. Checks, lists, tests and documentation derive from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .models import ContentLibrary


class Permission(StrEnum):
    """Actions in a library. The values are action names of openedx-authz; LEARN is ours."""

    VIEW = "content_libraries.view_library"
    EDIT = "content_libraries.edit_library_content"
    PUBLISH = "content_libraries.publish_library_content"
    DELETE = "content_libraries.delete_library"
    VIEW_TEAM = "content_libraries.view_library_team"
    EDIT_TEAM = "content_libraries.manage_library_team"
    REUSE = "content_libraries.reuse_library_content"
    MANAGE_TAGS = "content_libraries.manage_library_tags"
    CREATE_COLLECTION = "content_libraries.create_library_collection"
    EDIT_COLLECTION = "content_libraries.edit_library_collection"
    DELETE_COLLECTION = "content_libraries.delete_library_collection"
    LEARN = "content_libraries.learn_from_library"


class Role(StrEnum):
    """Roles of openedx-authz in a library. The values are their names there."""

    USER = "library_user"
    CONTRIBUTOR = "library_contributor"
    AUTHOR = "library_author"
    ADMIN = "library_admin"


_READER: Final = frozenset({Permission.VIEW, Permission.REUSE, Permission.LEARN})
_USER: Final = _READER | {Permission.VIEW_TEAM}
_CONTRIBUTOR: Final = _USER | {
    Permission.EDIT,
    Permission.MANAGE_TAGS,
    Permission.CREATE_COLLECTION,
    Permission.EDIT_COLLECTION,
    Permission.DELETE_COLLECTION,
}
_AUTHOR: Final = _CONTRIBUTOR | {Permission.PUBLISH}
_ADMIN: Final = _AUTHOR | {Permission.DELETE, Permission.EDIT_TEAM}

PERMISSIONS_OF: Final[Mapping[str, frozenset[Permission]]] = {
    Role.USER: _USER,
    Role.CONTRIBUTOR: _CONTRIBUTOR,
    Role.AUTHOR: _AUTHOR,
    Role.ADMIN: _ADMIN,
    # Levels of the older grants (models.AccessLevel).
    "read": _READER,
    "author": _AUTHOR,
    "admin": _ADMIN,
}
"""Role of openedx-authz, or level of an older grant -> permissions (wire: permissions)."""


class GrantKind(StrEnum):
    """Kinds of reasons for a permission."""

    OPERATOR = "operator"
    STAFF = "staff"
    ROLE = "role"
    LEVEL = "level"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Grant:
    """
    One reason why a user has permissions in a library.

    Args:
        kind: the kind of reason.
        name: which one: a Role, a level ("read", "author", "admin"), or a flag of the library
            ("allow_public_read", "allow_public_learning"); "" for operator and staff.
        scope: where it was given: a library key, ``lib:ORG:*``, ``lib:*``, or the name of a group; "" for a reason
            without a scope.
        permissions: everything that this reason allows.
    """

    kind: GrantKind
    name: str
    scope: str
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    Why a user has, or lacks, a permission in a library.

    Args:
        permission: the permission in question.
        allowing: the grants that give it; empty if the user lacks it.
        other: grants of the user that do not give it.
        active: False for an account that is not active, to which no grant but public learning applies.
    """

    permission: Permission
    allowing: tuple[Grant, ...]
    other: tuple[Grant, ...]
    active: bool

    @property
    def allowed(self) -> bool:
        return bool(self.allowing)


@dataclass(frozen=True, slots=True)
class LibrarySummary:
    """
    A library as clients see it: its own fields, and figures of its content (wire: libraries-object).

    Lists leave all but ``library`` at their defaults, because the rest costs queries.
    """

    library: ContentLibrary
    description: str = ""
    num_blocks: int = 0
    last_published: datetime | None = None
    published_by: str = ""
    last_draft_created: datetime | None = None
    last_draft_created_by: str = ""
    has_unpublished_changes: bool = False
    has_unpublished_deletes: bool = False
    can_edit_library: bool = False
    created: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class TeamMember:
    """An older grant: of a user (``username`` and ``email``) or of a group (``group_name``)."""

    access_level: str
    username: str | None = None
    email: str | None = None
    group_name: str | None = None
