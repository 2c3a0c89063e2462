"""What crosses the door of the xblocks room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ..courses.api import CourseFile
from ..errors import InvalidInputError
from ..keys import LibraryUsageLocatorV2

STUDENT_VIEW: Final = "student_view"
AUTHOR_VIEW: Final = "author_view"
STUDIO_VIEW: Final = "studio_view"
VIEWS: Final = frozenset({STUDENT_VIEW, AUTHOR_VIEW, STUDIO_VIEW, "public_view"})
"""Views that clients may ask for. Others are methods of classes like any other."""

type Version = int | Literal["draft", "published"]
"""Which version of a component: the draft, the published one, or the one with that number."""


class InvalidFieldsError(InvalidInputError):
    """Values that are invalid for fields of a block. The message names the fields."""

    code = "invalid_fields"

    def __init__(self, details: str = "") -> None:
        text = _("Invalid data (%(details)s)") % {"details": details} if details else _("Invalid data")
        super().__init__(text, field="error")


@dataclass(frozen=True, slots=True)
class BlockVersion:
    """
    One version of a component, as it is stored.

    Args:
        key: the component.
        library_pk: pk of its library.
        version: what was asked for; None for no version, which is the draft.
        version_pk, version_uuid: the version that this is.
        title: title of the version.
        olx: the stored text.
        file_paths: paths of the files of the version.
        can_edit: whether the reader may edit the library.
    """

    key: LibraryUsageLocatorV2
    library_pk: int
    version: Version | None
    version_pk: int
    version_uuid: UUID
    title: str
    olx: str
    file_paths: frozenset[str]
    can_edit: bool

    @property
    def is_editable(self) -> bool:
        """Return whether a handler may write to the next draft: the user may edit, and the draft is shown."""
        return self.can_edit and self.version in (None, "draft")


@dataclass(frozen=True, slots=True)
class CourseBlockDraft:
    """
    The draft of a block of a course, for somebody who may edit the course; named as in ``BlockVersion``.

    Args:
        holds_blocks: whether it shows nothing itself, but the blocks in it.
        files: path, as the OLX spells it -> the file of the course that it means.
    """

    key: UsageKey
    title: str
    olx: str
    holds_blocks: bool
    files: Mapping[str, CourseFile] = field(default_factory=dict, hash=False)

    @property
    def file_paths(self) -> frozenset[str]:
        return frozenset(self.files)

    @property
    def can_edit(self) -> bool:
        return True


type ShownVersion = BlockVersion | CourseBlockDraft
"""What a block that is shown is made of."""


@dataclass(frozen=True, slots=True)
class FieldValues:
    """
    What authors edit of a component.

    Args:
        key: the component.
        display_name: its title.
        metadata: field name -> JSON value, of the settings that are set explicitly.
        data: its text, or whatever JSON value the type keeps there; None for a type without such a field.
    """

    key: LibraryUsageLocatorV2
    display_name: str
    metadata: Mapping[str, Any]
    data: Any = None


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """
    A field that a block type declares, and what it is in one component.

    Args:
        name, display_name, help: as the type declares them.
        scope: ``settings``, ``content``, or another scope's name.
        type: name of the field class, such as ``Integer``.
        default, value: as JSON.
        is_set: whether the OLX says a value, or it is the default.
        choices: the values to choose from, as the type declares them; None for any.
    """

    name: str
    display_name: str
    help: str
    scope: str
    type: str
    default: Any
    value: Any
    is_set: bool
    choices: Any = None


@dataclass(frozen=True, slots=True)
class DeclaredFields:
    """
    All authored fields of a component.

    Args:
        fields: those that its type declares.
        preserved: attribute -> text, of what the OLX says and the type does not know, such as settings that an
            import brought. They are kept as they are and cannot be edited.
        notice: why the type's fields are not known, or which settings of the OLX they cannot hold; "" if neither.
    """

    fields: tuple[DeclaredField, ...]
    preserved: Mapping[str, str]
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """A script or style that a view needs; ``kind`` is "url" or "text"."""

    kind: str
    data: str
    mimetype: str
    placement: str


@dataclass(frozen=True, slots=True)
class RenderedView:
    """
    A view of a component, ready to be put into a page.

    Args:
        block: what was rendered.
        display_name: title for the page.
        content: HTML.
        resources: scripts and styles, in order.
        js_init_fn, js_init_version, json_init_args: how the block's script starts.
        notice: why there is a notice instead of the block; "" if the block itself is shown.
    """

    block: ShownVersion
    display_name: str
    content: str
    resources: tuple[Resource, ...] = ()
    js_init_fn: str | None = None
    js_init_version: int | None = None
    json_init_args: Any = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class HandlerCall:
    """
    A request for a handler.

    Args:
        handler_name, suffix: which handler, and what follows in the address.
        environ: the texts of a WSGI environment that tell of the request.
        body: its body.
        may_write: whether the handler may change authored fields and files.
    """

    handler_name: str
    suffix: str
    environ: Mapping[str, str]
    body: bytes = b""
    may_write: bool = False


@dataclass(frozen=True, slots=True)
class HandlerResponse:
    """What a handler answers over HTTP."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a component is; ``extra`` has what was asked for besides."""

    key: LibraryUsageLocatorV2
    display_name: str
    extra: Mapping[str, Any] = field(default_factory=dict)
