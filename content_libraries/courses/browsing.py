"""Reads courses on behalf of a user."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor
from ..errors import NotFoundError
from .course_reader import root_key
from .data import Block, CourseFile, CoursePermission, CourseStructure, CourseTree
from .permissions import may_in_course, require_in_course
from .store import course_store


def get_structure(course_key: CourseKey, *, user: Actor, published: bool = False) -> CourseStructure:
    """
    Read the structure of a course: its blocks and the children of each. Needs VIEW.

    ``parents`` and ``walk`` of the result give the place of a block and the blocks below it without another query.
    Raises NotFoundError and NotAllowedError.
    """
    require_in_course(user, course_key, CoursePermission.VIEW)
    return course_store().structure(course_key, published=published)


def get_block(usage_key: UsageKey, *, user: Actor, published: bool = False) -> Block:
    """Read a block. Needs VIEW. Raises NotFoundError and NotAllowedError."""
    return get_blocks([usage_key], user=user, published=published)[0]


def get_blocks(usage_keys: Sequence[UsageKey], *, user: Actor, published: bool = False) -> list[Block]:
    """
    Read blocks of one course, in the order of ``usage_keys``. Needs VIEW.

    Raises NotFoundError if a block does not exist, and NotAllowedError.
    """
    if not usage_keys:
        return []
    course_key = usage_keys[0].course_key
    require_in_course(user, course_key, CoursePermission.VIEW)
    found = course_store().blocks(course_key, usage_keys, published=published)
    for key in usage_keys:
        if key not in found:
            raise NotFoundError(_("There is no “%(key)s”.") % {"key": key})
    return [found[key] for key in usage_keys]


def find_block(usage_key: UsageKey, *, user: Actor, any_of: Collection[CoursePermission]) -> Block:
    """
    Read the draft of a block. Needs one of the permissions ``any_of``.

    Raises NotFoundError for a block that does not exist, and for a user who lacks all of the permissions.
    """
    refuse_hidden_block(usage_key, user=user, any_of=any_of)
    block = course_store().blocks(usage_key.course_key, [usage_key]).get(usage_key)
    if block is None:
        raise _not_found(usage_key)
    return block


def refuse_hidden_block(usage_key: UsageKey, *, user: Actor, any_of: Collection[CoursePermission]) -> None:
    """Raise NotFoundError for a user who has none of the permissions in the course of a block."""
    if not any(may_in_course(user, usage_key.course_key, permission) for permission in any_of):
        raise _not_found(usage_key)


def _not_found(usage_key: UsageKey) -> NotFoundError:
    return NotFoundError(_("The block “%(block)s” was not found.") % {"block": usage_key})


def get_course_tree(
    course_key: CourseKey, *, user: Actor, top: UsageKey | None = None, depth: int | None = None
) -> CourseTree:
    """
    Read a block and the blocks below it. Needs VIEW.

    For a part of a course, structure and blocks are read one after the other. A block that is deleted between the two
    reads is left out.

    Args:
        top: the root of the course if None.
        depth: how many levels below the top; all if None.

    Raises NotFoundError, also for a top that does not exist, and NotAllowedError.
    """
    require_in_course(user, course_key, CoursePermission.VIEW)
    root = root_key(course_key)
    top = top or root
    if top == root and depth is None:
        found = course_store().blocks(course_key, None)
        structure = _structure_of(root, found)
        keys = [key for key, _depth in structure.walk()]
    else:
        structure = course_store().structure(course_key)
        keys = [key for key, _depth in structure.walk(top, depth=depth)]
        found = course_store().blocks(course_key, keys) if keys else {}
    if top not in found:
        raise NotFoundError(_("There is no “%(top)s”.") % {"top": top})
    blocks = {key: block for key in keys if (block := found.get(key)) is not None}
    return CourseTree(top, structure, blocks)


def _structure_of(root: UsageKey, blocks: Mapping[UsageKey, Block]) -> CourseStructure:
    """Return the structure of a course all of whose blocks were read."""
    return CourseStructure(
        root=root,
        blocks={key: block.state for key, block in blocks.items()},
        children={key: block.children for key, block in blocks.items() if block.children},
    )


def list_course_files(course_key: CourseKey, *, user: Actor, published: bool = False) -> dict[str, CourseFile]:
    """
    List the files of a course as a whole, by path: assets below ``static/``, and other files of its archive.

    Needs VIEW_FILES. Raises NotFoundError and NotAllowedError.
    """
    require_in_course(user, course_key, CoursePermission.VIEW_FILES)
    return dict(course_store().files(course_key, published=published))


def read_course_file(
    course_key: CourseKey,
    path: str,
    *,
    user: Actor,
    published: bool = False,
    files: Mapping[str, CourseFile] | None = None,
) -> bytes:
    """
    Read a file of a course. Needs VIEW_FILES.

    Args:
        files: the result of ``list_course_files``, if the caller has it; the files are not listed again then.

    Raises NotFoundError and NotAllowedError.
    """
    require_in_course(user, course_key, CoursePermission.VIEW_FILES)
    for _path, data in course_store().read_files(course_key, [path], published=published, files=files):
        return data
    raise NotFoundError(_("The course “%(course)s” has no file “%(path)s”.") % {"course": course_key, "path": path})
