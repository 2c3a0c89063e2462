"""Edits of single blocks and files of a course. Each is one plan, and so one change set."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor
from ..errors import InvalidInputError, InvalidValueError, NotFoundError
from ..learning_core.api import FileBytes, media_digest
from ..libraries.api import author_pk
from ..olx.api import root_tag, with_attributes
from ..values import read_settings_file
from . import hooks
from .data import GRADING_POLICY_PATH, POLICY_PATH, Block, CoursePermission
from .permissions import require_in_course
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
from .reading import lock_course
from .store import Applied, course_store

MAX_PATH: Final = 500
FILE_FOLDERS: Final = ("static", "about", "info", "policies", "tabs")
"""Folders of an OLX course whose files authors change; what else an archive brings is kept as it is."""


def apply_course_plan(
    course_key: CourseKey, plan: CoursePlan, *, user: Actor, file_bytes: FileBytes | None = None
) -> Applied:
    """
    Make all changes of a plan in one change set, or none. Needs EDIT, and EDIT_FILES where files change.

    Raises NotFoundError, NotAllowedError, ConflictError when the course changed since the plan was made,
    InvalidInputError for a change that makes no course, OlxError for unsafe OLX, and what a room that keeps watch over
    the course (``hooks``) raises to refuse it.
    """
    require_in_course(user, course_key, CoursePermission.EDIT)
    if any(isinstance(change, PutFile | DeleteFile) for change in plan.changes):
        require_in_course(user, course_key, CoursePermission.EDIT_FILES)
    with transaction.atomic():
        lock_course(course_key)
        plan = hooks.before_edit(course_key, plan)
        return write_course_plan(course_key, plan, author_pk=author_pk(user), file_bytes=file_bytes)


def write_course_plan(
    course_key: CourseKey, plan: CoursePlan, *, author_pk: int | None, file_bytes: FileBytes | None = None
) -> Applied:
    """
    Make all changes of a plan, as ``apply_course_plan`` does, without asking anybody.

    It is for rooms that have checked permissions of their own and answer for what they keep watch over.
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
        parent_key: where.
        user: who creates it.
        block_type: of the XBlock.
        settings: its attributes; what is no text is written as JSON. They win over those in ``olx``.
        olx: its element, without blocks in it; an empty one if None.
        block_id: unique among the blocks of that type; a random one if None.
        index: place among the children of the parent; the end if None.

    Raises NotFoundError, NotAllowedError, InvalidInputError and OlxError.
    """
    key = _new_key(parent_key.course_key, block_type, block_id or uuid.uuid4().hex)
    element = with_attributes(olx or f"<{block_type}/>", _attributes(settings or {}))
    return _edited(key, user, CreateBlock(key, element, parent=parent_key, index=index))


def edit_block(
    usage_key: UsageKey,
    *,
    user: Actor,
    settings: Mapping[str, object] | None = None,
    olx: str | None = None,
    version_num: int | None = None,
) -> Block:
    """
    Change a block; its children stay. Needs EDIT.

    Args:
        usage_key: the block.
        user: who changes it.
        settings: attributes to set; None as a value takes one away; the others stay.
        olx: a new element in place of the old one.
        version_num: the version that the edit was made for; whatever is there if None.

    Raises NotFoundError, NotAllowedError, InvalidInputError, OlxError, and ConflictError when the block is at
    another version.
    """
    require_in_course(user, usage_key.course_key, CoursePermission.EDIT)
    block = _block(usage_key)
    element = with_attributes(block.olx if olx is None else olx, _attributes(settings or {}))
    expected = block.version_num if version_num is None else version_num
    return _edited(usage_key, user, UpdateBlock(usage_key, element), expected={usage_key: expected})


def move_block(usage_key: UsageKey, *, user: Actor, parent_key: UsageKey, index: int | None = None) -> Block:
    """Move a block, with its contents, to a place in another block or in its own parent. See ``plans.MoveBlock``."""
    return _edited(usage_key, user, MoveBlock(usage_key, parent_key, index))


def reorder_children(usage_key: UsageKey, *, user: Actor, children: Sequence[UsageKey]) -> Block:
    """
    Put the children of a block into another order. Needs EDIT.

    Raises InvalidInputError unless exactly its children are given, besides NotFoundError and NotAllowedError.
    """
    require_in_course(user, usage_key.course_key, CoursePermission.EDIT)
    block = _block(usage_key)
    if sorted(children) != sorted(block.children):
        raise InvalidInputError(
            _("Name each child of “%(block)s” once, and nothing else.") % {"block": usage_key}, field="children"
        )
    change = SetChildren(usage_key, tuple(children))
    return _edited(usage_key, user, change, expected={usage_key: block.version_num})


def delete_block(usage_key: UsageKey, *, user: Actor) -> frozenset[UsageKey]:
    """Delete a block and what stands nowhere else. Needs EDIT. Returns everything that went."""
    return _apply(usage_key.course_key, user, DeleteBlock(usage_key)).deleted


def write_course_file(course_key: CourseKey, path: str, data: bytes, *, user: Actor) -> None:
    """
    Add or replace a file of a course. Needs EDIT and EDIT_FILES.

    Args:
        path: ``static/NAME`` for an asset, or a file in another of the ``FILE_FOLDERS``.

    Raises NotFoundError, NotAllowedError, and InvalidInputError for a path or a size that cannot be, and for a policy
    that is no JSON object.
    """
    check_path(path)
    if path.partition("/")[0] not in FILE_FOLDERS or path.partition("/")[2] == "":
        raise InvalidInputError(
            _("“%(path)s” is no path of a course file. Those are in the folders %(folders)s.")
            % {"path": path, "folders": ", ".join(FILE_FOLDERS)},
            field="path",
        )
    if path in {POLICY_PATH, GRADING_POLICY_PATH} and not _is_settings_file(data):
        raise InvalidInputError(_("“%(path)s” has to be a JSON object. Correct it.") % {"path": path}, field="data")
    digest = media_digest(data)

    def file_bytes(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((wanted, data) for wanted in digests if wanted == digest)

    apply_course_plan(course_key, CoursePlan((PutFile(path, digest, len(data)),)), user=user, file_bytes=file_bytes)


def delete_course_file(course_key: CourseKey, path: str, *, user: Actor) -> None:
    """Delete a file of a course. One that is not there is fine. Needs EDIT and EDIT_FILES."""
    _apply(course_key, user, DeleteFile(path))


def check_path(path: str) -> None:
    """Raise InvalidInputError for a path that could lead out of the folder of a course."""
    parts = path.split("/")
    if len(path) > MAX_PATH or any(part in {"", ".", ".."} for part in parts) or "\\" in path:
        raise InvalidInputError(
            _("“%(path)s” is no path of a course file. Name it static/NAME.") % {"path": path}, field="path"
        )


def _is_settings_file(data: bytes) -> bool:
    try:
        read_settings_file(data)
    except InvalidValueError:
        return False
    return True


def _apply(course_key: CourseKey, user: Actor, *changes: Change) -> Applied:
    return apply_course_plan(course_key, CoursePlan(changes), user=user)


def _edited(key: UsageKey, user: Actor, change: Change, *, expected: Mapping[UsageKey, int] | None = None) -> Block:
    apply_course_plan(key.course_key, CoursePlan((change,), expected or {}), user=user)
    return _block(key)


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
    root_tag(f"<{block_type}/>")  # a type that is no XML name is refused before it is stored
    return key


def _attributes(settings: Mapping[str, object]) -> dict[str, str | None]:
    """Settings as attributes of OLX, which holds everything but texts as JSON."""
    return {
        name: value if value is None or isinstance(value, str) else json.dumps(value)
        for name, value in settings.items()
    }
