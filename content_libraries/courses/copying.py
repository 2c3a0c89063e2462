"""
Copies blocks with everything in them, into the same course or another one, and copies whole courses.

A copy gets new usage keys. Files that are private to a block are copied with it. From another course, the other files
that the block refers to come along too, unless the course has a file of that name. The room that keeps links decides
which link settings a copy gets (``hooks``).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor
from ..block_types.api import resolve_references, with_renamed_files
from ..errors import InvalidInputError, NotFoundError
from ..learning_core.api import ChangeKind, named
from ..libraries.api import author_pk
from ..olx.api import StaticFile, StaticNames, parse_block, with_attributes
from ..tagging.api import clone_tags
from . import hooks
from .course_reader import find_course, lock_course, root_key
from .data import Block, BlockCopy, CourseFile, CoursePermission, CourseStructure, private_name
from .edits import edit_block, write_course_plan
from .exporting import export_course
from .lifecycle import CourseExistsError
from .loading import load_course
from .models import Course
from .new_uses import ArrivingFiles, as_new_use
from .permissions import require_create_course, require_in_course
from .plans import CoursePlan, CreateBlock
from .store import course_store

_STATIC: Final = "static/"


@dataclass(frozen=True, slots=True)
class Copied:
    """
    The result of copying a block.

    Args:
        block: the copy.
        keys: usage key of each block that was copied -> usage key of its copy.
        new_files: paths of files that were added to the course.
        conflicting_files: paths of files that were not added, because the course has other files of these names.
    """

    block: Block
    keys: Mapping[UsageKey, UsageKey]
    new_files: tuple[str, ...] = ()
    conflicting_files: tuple[str, ...] = ()


def copy_block(usage_key: UsageKey, *, user: Actor, parent_key: UsageKey, index: int | None = None) -> Copied:
    """
    Copy the draft of a block, with everything in it, into its own or another course.

    Args:
        user: needs VIEW in the course of the block, and EDIT in the course of the parent, as for the clipboard. A link
            is copied whether or not the user may view its library: the text belongs to the course.
        index: place among the children of the parent; the end if None.

    Raises NotFoundError, NotAllowedError, InvalidInputError, and the error with which a course hook refuses the edit.
    """
    return _copy(usage_key, user, parent_key, index, _Copier(usage_key, parent_key.course_key, is_new_use=True))


def duplicate_block(usage_key: UsageKey, *, user: Actor, parent_key: UsageKey | None = None) -> Copied:
    """
    Duplicate the draft of a block, with everything in it, directly behind it, under the title “Duplicate of …”.

    Args:
        user: needs EDIT in the course.
        parent_key: the parent of the duplicate; the first parent of the block if None. In a parent that does not hold
            the block, the duplicate comes last.

    Raises the same errors as ``copy_block``.
    """
    require_in_course(user, usage_key.course_key, CoursePermission.EDIT)
    structure = course_store().structure(usage_key.course_key)
    if usage_key not in structure.blocks:
        raise NotFoundError(_("There is no “%(block)s”.") % {"block": usage_key})
    parents = structure.parents.get(usage_key, ())
    parent_key = parent_key or next(iter(parents), None)
    if parent_key is None or usage_key == structure.root:
        raise InvalidInputError(
            _("“%(block)s” stands in no block, so there is no place for a duplicate.") % {"block": usage_key}
        )
    if parent_key.course_key != usage_key.course_key:
        raise InvalidInputError(
            _("“%(parent)s” is in another course. Copy the block there.") % {"parent": parent_key},
            field="parent_locator",
        )
    siblings = structure.children.get(parent_key, ())
    index = siblings.index(usage_key) + 1 if usage_key in siblings else None
    title = f"Duplicate of “{structure.blocks[usage_key].title}”"
    return _copy(usage_key, user, parent_key, index, _Copier(usage_key, usage_key.course_key, title=title))


def rerun_course(
    source_key: CourseKey, *, course_key: CourseKey, user: Actor, display_name: str | None = None
) -> Course:
    """
    Create a course as a copy of another one, with its published content, drafts, files, tags and links.

    Blocks keep their types and IDs; only the course in their usage keys changes. Works with the default store only.

    Args:
        user: needs EXPORT in the source, and to be allowed to create courses.
        display_name: the name of the new course; the name of the source if None.

    Raises NotFoundError, NotAllowedError, CourseExistsError, and InvalidInputError for an invalid name.
    """
    require_create_course(user)
    if Course.objects.filter(id=course_key, learning_package__isnull=False).exists():
        raise CourseExistsError(_("There is a course “%(course)s” already.") % {"course": course_key})
    with TemporaryDirectory() as scratch, transaction.atomic(), named(ChangeKind.IMPORT, source_key=source_key):
        folder = Path(scratch, "course")
        export_course(source_key, folder, user=user)
        load_course(folder, user=user, course_key=course_key, strict=True)
        keys = course_store().structure(source_key).blocks
        copies = {str(key.map_into_course(course_key)): str(key) for key in keys}
        clone_tags({str(course_key): str(source_key), **copies})
        if display_name is not None:
            edit_block(root_key(course_key), user=user, settings={"display_name": display_name})
    return find_course(course_key)


def _copy(usage_key: UsageKey, user: Actor, parent_key: UsageKey, index: int | None, copier: _Copier) -> Copied:
    course_key = parent_key.course_key
    require_in_course(user, usage_key.course_key, CoursePermission.VIEW)
    require_in_course(user, course_key, CoursePermission.EDIT)
    with transaction.atomic(), named(ChangeKind.PASTE, source_key=usage_key):
        lock_course(course_key)
        plan = hooks.before_edit(course_key, copier.plan(parent_key, index))
        write_course_plan(course_key, plan, author_pk=author_pk(user), file_bytes=copier.file_bytes)
        clone_tags({str(copy): str(original) for original, copy in copier.keys.items()})
    block = course_store().blocks(course_key, [copier.keys[usage_key]])[copier.keys[usage_key]]
    return Copied(block, copier.keys, tuple(copier.incoming.new), tuple(copier.incoming.conflicts))


@dataclass
class _Copier:
    """
    Plans the copy of one block with everything in it.

    Args:
        top: the block.
        course_key: the course that the copy goes to.
        title: the title that the copy of the top block gets; the title of the original if None.
        is_new_use: whether copies get new names for things outside of courses that only one block may use
            (``as_new_use``).
    """

    top: UsageKey
    course_key: CourseKey
    title: str | None = None
    is_new_use: bool = False
    paths: dict[str, str] = field(default_factory=dict)
    """Digest of a file -> its path in the course of the original."""

    @cached_property
    def structure(self) -> CourseStructure:
        return course_store().structure(self.top.course_key)

    @cached_property
    def keys(self) -> Mapping[UsageKey, UsageKey]:
        found = [key for key, _depth in self.structure.walk(self.top)]
        if not found:
            raise NotFoundError(_("There is no “%(top)s”.") % {"top": self.top})
        if self.top == self.structure.root:
            raise InvalidInputError(_("A whole course cannot be copied into a block. Rerun the course."))
        return {key: self.course_key.make_usage_key(key.block_type, uuid.uuid4().hex) for key in found}

    @cached_property
    def stored(self) -> Mapping[str, CourseFile]:
        return course_store().files(self.top.course_key)

    @cached_property
    def incoming(self) -> ArrivingFiles:
        is_other = self.course_key != self.top.course_key
        return ArrivingFiles(course_store().files(self.course_key) if is_other else self.stored)

    @cached_property
    def names(self) -> StaticNames:
        return StaticNames(
            StaticFile(path.removeprefix(_STATIC), file.size, file.digest)
            for path, file in self.stored.items()
            if path.startswith(_STATIC)
        )

    def plan(self, parent_key: UsageKey, index: int | None) -> CoursePlan:
        blocks = course_store().blocks(self.top.course_key, list(self.keys))
        parents = {child: key for key in reversed(list(self.keys)) for child in blocks[key].children}
        copies = hooks.adapt_copies(
            [
                BlockCopy(
                    source_key=key,
                    usage_key=copy,
                    parent_key=self.keys[parents[key]] if key != self.top else None,
                    olx=self._olx(blocks[key], copy),
                    title=self.title if key == self.top else None,
                )
                for key, copy in self.keys.items()
            ]
        )
        changes = [
            CreateBlock(
                copy.usage_key,
                copy.olx if copy.title is None else with_attributes(copy.olx, {"display_name": copy.title}),
                tuple(self.keys[child] for child in blocks[copy.source_key].children),
                parent=parent_key if copy.source_key == self.top else None,
                index=index if copy.source_key == self.top else None,
            )
            for copy in copies
        ]
        return CoursePlan((*changes, *self.incoming.new.values()))

    def file_bytes(self, digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        wanted = {self.paths[digest]: digest for digest in digests if digest in self.paths}
        for path, data in course_store().read_files(self.top.course_key, list(wanted)):
            yield wanted[path], data

    def _olx(self, block: Block, copy: UsageKey) -> str:
        """
        Return the OLX of a copy, and note the files that the copy needs.

        Where the original has files of its own, the copy gets and refers to files of its own.
        """
        key = block.usage_key
        folder = private_name(key, "")
        own = [path.removeprefix(_STATIC) for path in self.stored if path.startswith(f"{_STATIC}{folder}")]
        renamed = {name: private_name(copy, name.removeprefix(folder)) for name in own}
        for old, new in renamed.items():
            self._put(self.stored[f"{_STATIC}{old}"], f"{_STATIC}{new}")
        if self.course_key != key.course_key:
            for file in resolve_references(parse_block(block.olx), self.names).values():
                if file.path not in renamed:
                    self._put(self.stored[f"{_STATIC}{file.path}"], f"{_STATIC}{file.path}")
        olx = with_renamed_files(block.olx, renamed)
        return as_new_use(olx) if self.is_new_use else olx

    def _put(self, file: CourseFile, path: str) -> None:
        self.incoming.add(path, file.digest, file.size)
        self.paths[file.digest] = file.path
