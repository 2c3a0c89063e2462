"""
Edits many blocks in the process where blocks run (see ``inside``): new values for settings, or new texts.

Nothing is stored here. Each block is read with its class before and after the edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from xblock.fields import Field, Scope

from ..block_types.api import block_type
from ..errors import ContentLibrariesError
from ..olx.api import Replacing, parse_block, replaced_in
from .data import BlockEdit, EditedBlock, EditProblem, InvalidFieldsError, SettingsEdit, ShownVersion
from .field_data import UNSET
from .parsing import UnknownTypeError, make_block
from .site import BlockSite
from .visits import Visit
from .writing import authored_fields, changed_olx, checked, differs


def edit_each(_site: BlockSite, versions: Sequence[ShownVersion], edit: BlockEdit) -> list[EditedBlock]:
    """Edit each of some blocks. A block for which the edit fails is left alone."""
    return [_edited(version, edit) for version in versions]


def _edited(version: ShownVersion, edit: BlockEdit) -> EditedBlock:
    try:
        if isinstance(edit, SettingsEdit):
            return _with_settings(version, edit)
        return _with_texts(version, edit)
    except InvalidFieldsError as error:
        return EditedBlock(version.olx, problem=EditProblem.INVALID_VALUE, reason=error.message)
    except ContentLibrariesError as error:
        return EditedBlock(version.olx, problem=EditProblem.REFUSED, reason=error.message)


def _with_settings(version: ShownVersion, edit: SettingsEdit) -> EditedBlock:
    block = make_block(Visit(version))
    fields = {each.name: each for each in authored_fields(block) if each.scope == Scope.settings}
    missing = sorted(edit.values.keys() - fields.keys())
    if missing:
        text = _("“%(block_type)s” has no setting “%(names)s”.")
        reason = text % {"block_type": version.key.block_type, "names": ", ".join(missing)}
        return EditedBlock(version.olx, problem=EditProblem.NO_SETTING, reason=reason)
    for name, value in edit.values.items():
        if value is not None:
            _check_choice(fields[name], checked(fields[name], value))
    changes = {name: UNSET if value is None else value for name, value in edit.values.items()}
    counts = {name: 1 for name, value in changes.items() if differs(block, name, value)}
    try:
        olx = changed_olx(version, changes)
    except InvalidFieldsError as error:  # the values are right, but this block cannot hold them
        return EditedBlock(version.olx, problem=EditProblem.REFUSED, reason=error.message)
    if olx == version.olx:
        return EditedBlock(olx)
    _check_limits(version, olx)
    return EditedBlock(olx, counts)


def _with_texts(version: ShownVersion, edit: Replacing) -> EditedBlock:
    replaced = replaced_in(version.olx, edit)
    if replaced.text == version.olx:
        return EditedBlock(version.olx)
    _check_limits(version, replaced.text)
    try:
        before = make_block(Visit(version))
    except UnknownTypeError:  # it is kept as text, and stays well-formed
        return EditedBlock(replaced.text, replaced.counts, replaced.excerpts)
    after = make_block(Visit(replace(version, olx=replaced.text)))
    unread = {
        name: reason
        for name, reason in after.runtime.unread_settings.items()
        if name not in before.runtime.unread_settings
    }
    for name, reason in sorted(unread.items()):
        return EditedBlock(version.olx, problem=EditProblem.REFUSED, reason=f"{name}: {reason}")
    return EditedBlock(replaced.text, replaced.counts, replaced.excerpts)


def _check_limits(version: ShownVersion, olx: str) -> None:
    """Raise OlxError for OLX that is not well-formed, or longer than an author may save."""
    parse_block(olx, limits=block_type(version.key.block_type).limits)


def _check_choice(field: Field, value: object) -> None:
    """Raise InvalidFieldsError for a value that the field does not offer, or that is outside of its range."""
    offered = field.values
    if isinstance(offered, list | tuple) and offered:
        values = [each.get("value") if isinstance(each, Mapping) else each for each in offered]
        if value not in values:
            told = ", ".join(map(str, values))
            raise InvalidFieldsError(
                _("%(name)s: it has to be one of %(values)s") % {"name": field.name, "values": told}
            )
    if isinstance(offered, Mapping) and isinstance(value, int | float):
        least, most = offered.get("min"), offered.get("max")
        if (least is not None and value < least) or (most is not None and value > most):
            text = _("%(name)s: %(value)s is out of its range") % {"name": field.name, "value": value}
            raise InvalidFieldsError(text)
