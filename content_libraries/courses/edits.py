"""Edits of single blocks and files of a course. Each edit is one plan, and so one change set."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor, is_operator
from ..content.api import conflict_message, version_conflict
from ..errors import (
    InvalidInputError,
    InvalidValueError,
    NotFoundError,
    PlanOutdatedError,
    VersionConflictError,
)
from ..learning_core.api import FileBytes, media_digest
from ..libraries.api import author_pk
from ..olx.api import MEDIA_LIMIT_BYTES, root_tag, settings_in, with_attributes
from ..plan_basis import PlanBasis
from ..values import read_settings_file
from . import hooks
from .course_reader import lock_course
from .data import GRADING_POLICY_PATH, LEGACY_SOURCE, LINK_ATTRIBUTES, POLICY_PATH, Block, CoursePermission
from .permissions import require_in_course
from .placing import find_block_entities
from .plans import (
    Change,
    CoursePlan,
    CreateBlock,
    DeleteBlock,
    DeleteFile,
    MoveBlock,
    PutFile,
    SetChildren,
    UpdateBlock,
)
from .states import block_state
from .store import Applied, course_store

MAX_PATH: Final = 500
_FORBIDDEN: Final = frozenset({"\\", *map(chr, range(32)), "\x7f"})
"""Characters that no path of a file may have: the separator of other systems, and control characters."""
FILE_FOLDERS: Final = ("static", "about", "info", "policies", "tabs")
"""Folders of an OLX course whose files authors may change; other files of an archive are kept unchanged."""


def apply_course_plan(
    course_key: CourseKey, plan: CoursePlan, *, user: Actor, file_bytes: FileBytes | None = None
) -> Applied:
    """
    Make all changes of a plan in one change set, or none. Needs EDIT, and EDIT_FILES if files change.

    Only the operator may write link settings: a link lets a course have what its author may not see in the library, so
    the room that makes links checks permissions in the library first.

    Raises NotFoundError, NotAllowedError, ConflictError when the course changed since the plan was made,
    InvalidInputError for other link settings and if a change would make the course invalid, OlxError for unsafe OLX,
    and the error with which a course hook (``hooks``) refuses the edit.
    """
    require_in_course(user, course_key, CoursePermission.EDIT)
    if any(isinstance(change, PutFile | DeleteFile) for change in plan.changes):
        require_in_course(user, course_key, CoursePermission.EDIT_FILES)
    with transaction.atomic():
        lock_course(course_key)
        if not is_operator(user):
            _refuse_new_links(course_key, plan)
        plan = hooks.before_edit(course_key, plan)
        return write_course_plan(course_key, plan, author_pk=author_pk(user), file_bytes=file_bytes)


def write_course_plan(
    course_key: CourseKey, plan: CoursePlan, *, author_pk: int | None, file_bytes: FileBytes | None = None
) -> Applied:
    """
    Make all changes of a plan, as ``apply_course_plan`` does, without checking permissions or asking course hooks.

    It is for rooms that have checked permissions and asked the hooks themselves. Hooks still hear of the change.
    """
    with transaction.atomic():
        applied = course_store().apply(course_key, plan, author_pk=author_pk, file_bytes=file_bytes)
        hooks.after_write(course_key, applied)
    return applied


def create_block(
    parent_key: UsageKey,
    *,
    user: Actor,
    block_type: str,
    settings: Mapping[str, object] | None = None,
    olx: str | None = None,
    block_id: str | None = None,
    index: int | None = None,
) -> Block:
    """
    Create a block. Needs EDIT.

    Args:
        parent_key: the block that holds the new one.
        user: the user who creates the block.
        block_type: the type of the XBlock.
        settings: attributes of the block; values other than strings are written as JSON. They win over attributes in
            ``olx``.
        olx: the OLX element of the block, without blocks in it; an empty element if None.
        block_id: unique among the blocks of the type; a random one if None.
        index: place among the children of the parent; the end if None.

    Raises NotFoundError, NotAllowedError, InvalidInputError and OlxError.
    """
    key = _new_key(parent_key.course_key, block_type, block_id or uuid.uuid4().hex)
    element = with_attributes(olx or f"<{block_type}/>", _attributes(settings or {}))
    return _change_block(key, user, CreateBlock(key, element, parent=parent_key, index=index))


def edit_block(
    usage_key: UsageKey,
    *,
    user: Actor,
    settings: Mapping[str, object] | None = None,
    olx: str | None = None,
    version_num: int | None = None,
) -> Block:
    """
    Change the settings or the OLX of a block; its children stay. Needs EDIT.

    Args:
        usage_key: the block.
        user: the user who changes the block.
        settings: attributes to set; the value None removes an attribute; attributes that are not named stay.
        olx: a new OLX element in place of the old one.
        version_num: the version that the edit was made for; any version if None.

    Raises NotFoundError, NotAllowedError, InvalidInputError, OlxError, VersionConflictError when the block is at
    another version than ``version_num``, and ConflictError when somebody else changes it at the same time.
    """
    require_in_course(user, usage_key.course_key, CoursePermission.EDIT)
    block = _block(usage_key)
    element = with_attributes(block.olx if olx is None else olx, _attributes(settings or {}))
    return _change_version(block, user, UpdateBlock(usage_key, element), version_num)


def move_block(usage_key: UsageKey, *, user: Actor, parent_key: UsageKey, index: int | None = None) -> Block:
    """Move a block, with its contents, into another block or to another place in its parent. Needs EDIT."""
    return _change_block(usage_key, user, MoveBlock(usage_key, parent_key, index))


def reorder_children(
    usage_key: UsageKey, *, user: Actor, children: Sequence[UsageKey], version_num: int | None = None
) -> Block:
    """
    Put the children of a block into another order. Needs EDIT.

    Args:
        version_num: the version that the edit was made for; any version if None.

    Raises NotFoundError, NotAllowedError, VersionConflictError when the block is at another version than
    ``version_num``, and InvalidInputError unless ``children`` are exactly the block's children.
    """
    require_in_course(user, usage_key.course_key, CoursePermission.EDIT)
    block = _block(usage_key)
    if version_num not in (None, block.version_num):
        # Before the children are looked at: the reason that they are others may be the newer version.
        raise _version_conflict(usage_key, version_num)
    if sorted(children) != sorted(block.children):
        raise InvalidInputError(
            _("Name each child of “%(block)s” once, and nothing else.") % {"block": usage_key}, field="children"
        )
    change = SetChildren(usage_key, tuple(children))
    return _change_version(block, user, change, version_num)


def delete_block(usage_key: UsageKey, *, user: Actor, version_num: int | None = None) -> frozenset[UsageKey]:
    """
    Delete a block, and the blocks below it that stand nowhere else. Needs EDIT.

    Args:
        version_num: the version of the block that the user has seen; any version if None.

    Returns: all blocks that were deleted. Raises VersionConflictError when the block is at another version than
    ``version_num``.
    """
    course_key, change = usage_key.course_key, DeleteBlock(usage_key)
    if version_num is None:
        return _apply(course_key, user, change).deleted
    require_in_course(user, course_key, CoursePermission.EDIT)
    _block(usage_key)
    try:
        basis = PlanBasis({usage_key: version_num})
        return apply_course_plan(course_key, CoursePlan((change,), basis), user=user).deleted
    except PlanOutdatedError as error:
        raise _version_conflict(usage_key, version_num) from error


def write_course_file(course_key: CourseKey, path: str, data: bytes, *, user: Actor) -> None:
    """
    Add or replace a file of a course. Needs EDIT and EDIT_FILES.

    Args:
        path: ``static/NAME`` for an asset, or a file in another of the ``FILE_FOLDERS``.

    Raises NotFoundError, NotAllowedError, and InvalidInputError for an invalid path or size, and if a policy is
    not a JSON object.
    """
    check_new_file(path, len(data))
    if path in {POLICY_PATH, GRADING_POLICY_PATH} and not _is_settings_file(data):
        raise InvalidInputError(_("“%(path)s” has to be a JSON object. Correct it.") % {"path": path}, field="data")
    digest = media_digest(data)

    def file_bytes(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((wanted, data) for wanted in digests if wanted == digest)

    apply_course_plan(course_key, CoursePlan((PutFile(path, digest, len(data)),)), user=user, file_bytes=file_bytes)


def delete_course_file(course_key: CourseKey, path: str, *, user: Actor) -> None:
    """Delete a file of a course. Does nothing if there is no such file. Needs EDIT and EDIT_FILES."""
    _apply(course_key, user, DeleteFile(path))


def check_new_file(path: str, size: int) -> None:
    """Raise InvalidInputError if authors may not add a file with this path, or with so many bytes."""
    check_path(path)
    if path.partition("/")[0] not in FILE_FOLDERS or path.partition("/")[2] == "":
        raise InvalidInputError(
            _("“%(path)s” is no path of a course file. Those are in the folders %(folders)s.")
            % {"path": path, "folders": ", ".join(FILE_FOLDERS)},
            field="path",
        )
    if size > MEDIA_LIMIT_BYTES:
        raise InvalidInputError(
            _("“%(path)s” has %(size)s bytes; a course takes files of up to %(limit)s bytes. Make it smaller.")
            % {"path": path, "size": f"{size:,}", "limit": f"{MEDIA_LIMIT_BYTES:,}"},
            field="content",
        )


def check_path(path: str) -> None:
    """Raise InvalidInputError for a path that could lead out of the folder of a course."""
    if not is_path(path):
        raise InvalidInputError(
            _("“%(path)s” is no path of a course file. Name it static/NAME.") % {"path": path}, field="path"
        )


def is_path(path: str) -> bool:
    """Return whether a path stays in the folder of a course, on every system."""
    is_short = len(path) <= MAX_PATH
    return is_short and not any(part in {"", ".", ".."} for part in path.split("/")) and _FORBIDDEN.isdisjoint(path)


def _refuse_new_links(course_key: CourseKey, plan: CoursePlan) -> None:
    """Raise InvalidInputError if a plan gives a block link settings that the block does not have already."""
    wanted = {
        change.usage_key: links
        for change in plan.changes
        if isinstance(change, CreateBlock | UpdateBlock) and (links := _link_settings(settings_in(change.olx)))
    }
    found = course_store().blocks(course_key, list(wanted)) if wanted else {}
    for key, links in wanted.items():
        had = _link_settings(found[key].settings) if key in found else frozenset()
        for name, _value in sorted(links - had):
            raise InvalidInputError(
                _("“%(name)s” cannot be edited: link the block to an item of a library instead.") % {"name": name},
                field="settings",
            )


def _link_settings(settings: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((name, settings[name]) for name in (*LINK_ATTRIBUTES, LEGACY_SOURCE) if name in settings)


def _is_settings_file(data: bytes) -> bool:
    try:
        read_settings_file(data)
    except InvalidValueError:
        return False
    return True


def _apply(course_key: CourseKey, user: Actor, *changes: Change) -> Applied:
    return apply_course_plan(course_key, CoursePlan(changes), user=user)


def _change_block(
    key: UsageKey, user: Actor, change: Change, *, expected: Mapping[UsageKey, int] | None = None
) -> Block:
    apply_course_plan(key.course_key, CoursePlan((change,), PlanBasis(expected or {})), user=user)
    return _block(key)


def _change_version(block: Block, user: Actor, change: Change, version_num: int | None) -> Block:
    """
    Make a change for one version of a block: the wanted one, or the one that was read.

    Raises VersionConflictError if the wanted version is not current.
    """
    key = block.usage_key
    expected = block.version_num if version_num is None else version_num
    try:
        return _change_block(key, user, change, expected={key: expected})
    except PlanOutdatedError as error:
        if version_num is None:
            raise
        raise _version_conflict(key, version_num) from error


def _version_conflict(key: UsageKey, version_num: int) -> VersionConflictError:
    for entity_pks in find_block_entities([key]).values():
        return version_conflict(key, entity_pks.pop(), version_num, read=block_state)
    # Another store keeps the course. It tells the current version, but no history.
    block = _block(key)
    return VersionConflictError(
        conflict_message(key), key=key, base_version=version_num, current_version=block.version_num
    )


def _block(key: UsageKey) -> Block:
    block = course_store().blocks(key.course_key, [key]).get(key)
    if block is None:
        raise NotFoundError(_("There is no “%(key)s”.") % {"key": key})
    return block


def _new_key(course_key: CourseKey, block_type: str, block_id: str) -> UsageKey:
    try:
        key: UsageKey = course_key.make_usage_key(block_type, block_id)
    except InvalidKeyError as error:
        raise InvalidInputError(
            _("“%(block_id)s” cannot be the ID of a block.") % {"block_id": block_id}, field="block_id"
        ) from error
    root_tag(f"<{block_type}/>")  # a type that is not an XML name is refused before it is stored
    return key


def _attributes(settings: Mapping[str, object]) -> dict[str, str | None]:
    """Convert settings to OLX attributes: values other than strings become JSON."""
    return {
        name: value if value is None or isinstance(value, str) else json.dumps(value)
        for name, value in settings.items()
    }
