"""Drafts of course blocks for people who edit the course: the content of a preview, and the files that it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Final

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ..actors import Actor
from ..content.api import FileMedia, title_of_untitled
from ..courses.api import CourseFile, CourseFileNames, CoursePermission, course_store, find_block
from ..errors import NotFoundError
from ..learning_core.api import StoredFile
from .data import CourseBlockDraft

EDITORS: Final = (CoursePermission.EDIT, CoursePermission.MANAGE_LIBRARY_UPDATES)
"""One of these lets a user see the drafts of a course's blocks."""


@dataclass(frozen=True, slots=True)
class CoursePart:
    """
    A block below another one.

    Args:
        depth: how many levels below.
        holds_blocks: whether it only shows the blocks in it, which follow.
    """

    key: UsageKey
    title: str
    depth: int
    holds_blocks: bool


def access_course_draft(key: UsageKey, *, user: Actor) -> CourseBlockDraft:
    """
    Read the draft of a block of a course.

    Needs EDIT or MANAGE_LIBRARY_UPDATES in the course, because reviewers of library updates see drafts, too. Raises
    NotFoundError if the block does not exist or the user may not know of it.
    """
    block = find_block(key, user=user, any_of=EDITORS)
    files = {} if block.state.holds_blocks else course_store().files(key.course_key)
    return CourseBlockDraft(
        key=key,
        title=block.settings.get("display_name") or title_of_untitled(key.block_type),
        olx=block.olx,
        holds_blocks=block.state.holds_blocks,
        files=CourseFileNames(files).in_text(block.olx) if files else {},
    )


def course_parts(draft: CourseBlockDraft) -> list[CoursePart]:
    """List the blocks below a block, in document order. Checks no permission."""
    structure = course_store().structure(draft.key.course_key)
    below = [(key, depth) for key, depth in structure.walk(draft.key) if depth]
    return [
        CoursePart(key, _title(key, structure.blocks[key].title), depth, structure.blocks[key].holds_blocks)
        for key, depth in below
    ]


def open_course_block_file(key: UsageKey, path: str, *, user: Actor) -> StoredFile:
    """
    Find a file that the draft of a course block refers to.

    Checks the same permissions as ``access_course_draft``.

    Args:
        path: the path below ``static/``, as in the OLX.

    Raises NotFoundError.
    """
    file = access_course_draft(key, user=user).files.get(path)
    if file is None:
        raise NotFoundError(_("There is no file “%(path)s”.") % {"path": path})
    return StoredFile(FileMedia(path, file.media_type, file.digest, file.size), lambda: _opened(key, file))


def _opened(key: UsageKey, file: CourseFile) -> IO[bytes]:
    read: Iterator[tuple[str, bytes]] = course_store().read_files(key.course_key, [file.path])
    for _path, data in read:
        return BytesIO(data)
    raise NotFoundError(_("There is no file “%(path)s”.") % {"path": file.path})


def _title(key: UsageKey, title: str) -> str:
    """
    Return the title of a block, or a default if it has none.

    In course structures, a block without a title has its id as the title.
    """
    return title_of_untitled(key.block_type) if title == key.block_id else title
