"""
Reads and changes the fields of a component that authors edit, in the process where blocks run (see ``inside``).

Nothing is stored here. A change is returned as the next OLX text, with the values of its fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Final

from django.utils.translation import gettext as _
from xblock.core import XBlock
from xblock.fields import Field, Scope

from ..errors import InvalidInputError
from ..olx.api import with_attributes
from .data import BlockVersion, DeclaredField, DeclaredFields, FieldValues, InvalidFieldsError
from .field_data import UNSET
from .parsing import UnknownTypeError, UnreadableOlxError, make_block, parsed_root
from .plain import as_json
from .site import BlockSite
from .unread_settings import notice_of
from .visits import Visit
from .writing import DATA, Changes, authored_fields, changed_olx, checked

_NAME: Final = "display_name"


@dataclass(frozen=True, slots=True)
class Values:
    """The fields that authors edit, as in ``FieldValues``."""

    metadata: Mapping[str, object]
    data: object = None

    def of(self, block_version: BlockVersion) -> FieldValues:
        """Return these field values together with the key and title of ``block_version``."""
        return FieldValues(
            block_version.key, block_version.title, self.metadata, self.data, version_num=block_version.version_num
        )


@dataclass(frozen=True, slots=True)
class Changed:
    """
    The result of a change.

    Args:
        olx: the new OLX; the old OLX if nothing changes.
        values: the values that authors edit, after the change.
        files: path -> bytes of a file to write, or None to remove the file.
    """

    olx: str
    values: Values
    files: Mapping[str, bytes | None] = field(default_factory=dict)


def read_fields(_site: BlockSite, block_version: BlockVersion) -> Values:
    """
    Read the values that authors edit.

    Only the name is known for a block whose type is not installed or cannot read the OLX.
    """
    return fields_of(block_version)


def declare_fields(_site: BlockSite, block_version: BlockVersion) -> DeclaredFields:
    """Read all authored fields that the block type declares, and the attributes of the OLX that it does not know."""
    attributes = dict(parsed_root(block_version.olx).items())
    try:
        block = make_block(Visit(block_version))
    except (UnknownTypeError, UnreadableOlxError) as error:
        return DeclaredFields((), attributes, notice=error.message)
    fields = tuple(_declared(block, each) for each in authored_fields(block))
    preserved = {name: value for name, value in attributes.items() if not _knows(block, name)}
    return DeclaredFields(fields, preserved, notice=notice_of(block.runtime.unread_settings))


def change_fields(
    _site: BlockSite, block_version: BlockVersion, data: object, metadata: Mapping[str, object]
) -> Changed:
    """Give fields other values; see ``save_fields``. Raises InvalidFieldsError."""
    olx = changed_text(block_version, _changes(block_version, metadata, data))
    return Changed(olx, fields_of(replace(block_version, olx=olx)))


def add_transcript(site: BlockSite, block_version: BlockVersion, language: str, srt: bytes) -> Changed:
    """Give a video a transcript; see ``save_transcript``. Raises InvalidInputError."""
    from xblocks_contrib.video.exceptions import TranscriptsGenerationException  # noqa: PLC0415 - imports every block

    block = make_block(Visit(block_version), site)
    try:
        block.runtime.service(block, "video_config").upload_transcript(
            video_block=block,
            edx_video_id=None,
            language_code=language,
            new_language_code=language,
            transcript_file=BytesIO(srt),
        )
    except (TranscriptsGenerationException, UnicodeDecodeError) as error:
        raise InvalidInputError(_("The transcript is not in the SRT format, in UTF-8.")) from error
    block.save()
    olx = changed_text(block_version, block.runtime.fields.authored_changes)
    return Changed(olx, fields_of(replace(block_version, olx=olx)), block.runtime.files.changes)


def fields_of(block_version: BlockVersion) -> Values:
    """
    Read the values of a version that authors can edit.

    For a block whose type is not installed, or whose OLX cannot be read, the name is the only value.
    """
    try:
        block = make_block(Visit(block_version))
    except (UnknownTypeError, UnreadableOlxError):
        name = parsed_root(block_version.olx).get(_NAME)
        return Values({} if name is None else {_NAME: name})
    metadata = {
        each.name: as_json(each.read_json(block))
        for each in authored_fields(block)
        if each.scope == Scope.settings and each.is_set_on(block)
    }
    data = block.fields.get(DATA)
    return Values(metadata, None if data is None else as_json(data.read_json(block)))


def changed_text(block_version: BlockVersion, changes: Changes) -> str:
    """
    Return the OLX of a version with some authored fields changed.

    Only the name can be changed if the block type is not installed. Raises InvalidFieldsError.
    """
    if not changes:
        return block_version.olx
    try:
        return changed_olx(block_version, changes)
    except (UnknownTypeError, UnreadableOlxError):
        return _renamed(block_version, changes)


def _changes(block_version: BlockVersion, metadata: Mapping[str, object], data: object) -> Changes:
    try:
        block = make_block(Visit(block_version))
    except (UnknownTypeError, UnreadableOlxError) as error:
        if data is not None:
            raise InvalidFieldsError(error.message) from error
        return {name: UNSET if value is None else value for name, value in metadata.items()}
    fields = {each.name: each for each in authored_fields(block)}
    changes: dict[str, object] = {}
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
    """
    Return the OLX of a component with a new name, for a block type that is not installed here.

    Raises InvalidFieldsError for other fields than the name.
    """
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


def _declared(block: XBlock, field: Field) -> DeclaredField:
    return DeclaredField(
        name=field.name,
        display_name=str(field.display_name),
        help=str(field.help or ""),
        scope=field.scope.name,
        type=type(field).__name__,
        default=as_json(field.to_json(field.default)),
        value=as_json(field.read_json(block)),
        is_set=field.is_set_on(block),
        choices=as_json(field.values) if isinstance(field.values, list | tuple | dict) else None,
    )


def _knows(block: XBlock, attribute: str) -> bool:
    """
    Return whether the block class took an attribute for one of its fields.

    The value may still be invalid for the field.
    """
    field = block.fields.get(attribute)
    return field is not None and bool(field.is_set_on(block))
