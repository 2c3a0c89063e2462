"""Data classes of the xblocks room, for other rooms too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ..courses.api import CourseFile
from ..errors import InvalidInputError
from ..keys import LibraryUsageLocatorV2
from ..olx.api import Excerpt, Replacing

STUDENT_VIEW: Final = "student_view"
AUTHOR_VIEW: Final = "author_view"
STUDIO_VIEW: Final = "studio_view"
VIEWS: Final = frozenset({STUDENT_VIEW, AUTHOR_VIEW, STUDIO_VIEW, "public_view"})
"""Views that clients may ask for. Others are methods of classes like any other."""

type Version = int | Literal["draft", "published"]
"""A version of a component: the draft, the published version, or the version with a number."""


class InvalidFieldsError(InvalidInputError):
    """Values that are invalid for fields of a block. The message names the fields."""

    code = "invalid_fields"

    def __init__(self, details: str = "") -> None:
        text = _("Invalid data (%(details)s)") % {"details": details} if details else _("Invalid data")
        super().__init__(text, field="error")


@dataclass(frozen=True, slots=True)
class BlockVersion:
    """
    One stored version of a component.

    Args:
        key: the component.
        library_pk: pk of its library.
        version: the requested version; None for the draft.
        version_pk, version_uuid: the version that was found.
        title: title of the version.
        olx: the stored text.
        file_paths: paths of the files of the version.
        can_edit: whether the reader may edit the library.
        version_num: number of the version.
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
    version_num: int = 1

    @property
    def is_editable(self) -> bool:
        """Return whether a handler may write to the next draft: the user may edit, and the draft is shown."""
        return self.can_edit and self.version in (None, "draft")


@dataclass(frozen=True, slots=True)
class CourseBlockDraft:
    """
    The draft of a course block, for a user who may edit the course. Attributes are named as in ``BlockVersion``.

    Args:
        holds_blocks: whether it only shows the blocks in it.
        files: path, as in the OLX -> the file of the course that the path refers to.
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
"""The data from which a shown block is made."""


@dataclass(frozen=True, slots=True)
class FieldValues:
    """
    The values of a component that authors edit.

    Args:
        key: the component.
        display_name: its title.
        metadata: field name -> JSON value, for settings that are set explicitly.
        data: its text, or another JSON value, depending on the type; None for a type without such a field.
        version_num: number of the version that has them.
    """

    key: LibraryUsageLocatorV2
    display_name: str
    metadata: Mapping[str, Any]
    data: Any = None
    version_num: int = 1


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """
    A field that a block type declares, with its value in one component.

    Args:
        name, display_name, help: as the type declares them.
        scope: ``settings``, ``content``, or another scope's name.
        type: name of the field class, such as ``Integer``.
        default, value: as JSON.
        is_set: whether the OLX sets a value; otherwise the field has its default.
        choices: the values to choose from, as the type declares them; None if any value is allowed.
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
        fields: the fields that its type declares.
        preserved: attribute -> text, for attributes of the OLX that the type does not know, such as settings that an
            import brought. They are kept unchanged and cannot be edited.
        notice: why the type's fields are not known, or which settings of the OLX they cannot hold; or "".
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
        block: the rendered block.
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
        handler_name, suffix: the name of the handler, and the rest of the URL.
        environ: the texts of a WSGI environment that describe the request.
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
    """The HTTP response of a handler."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Metadata:
    """A description of a component; ``extra`` has the values that were requested in addition."""

    key: LibraryUsageLocatorV2
    display_name: str
    extra: Mapping[str, Any] = field(default_factory=dict)


class EditProblem(StrEnum):
    """Reasons why a block is left alone."""

    NO_SETTING = "no_setting"
    """The type of the block does not have one of the settings."""
    INVALID_VALUE = "invalid_value"
    """A setting cannot have the value."""
    REFUSED = "refused"
    """The block cannot be read before or after the edit, or cannot hold the result."""
    STOPPED = "stopped"
    """The code of the block took too much time or memory."""


@dataclass(frozen=True, slots=True)
class SettingsEdit:
    """New values of settings: name -> value as JSON, or None to set the setting back to its default."""

    values: Mapping[str, object]


type BlockEdit = SettingsEdit | Replacing


@dataclass(frozen=True, slots=True)
class EditedBlock:
    """
    A block after an edit.

    Args:
        olx: the new OLX; the old one if nothing changes.
        counts: field -> how many values were changed in it.
        excerpts: replaced texts.
        problem: the EditProblem for which the block is left alone, as plain text; "" if it is not.
        reason: the problem in a sentence.
    """

    olx: str
    counts: Mapping[str, int] = field(default_factory=dict)
    excerpts: tuple[Excerpt, ...] = ()
    problem: str = ""
    reason: str = ""
