"""
Loads an OLX archive into a course of the default store.

The archive's published blocks are written and published, then its drafts are written over them. Loading an archive
again changes only what differs. A load is planned like every other change of a course. ``archive_blocks`` decides which
blocks the course gets.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils.translation import gettext
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor
from ..errors import InvalidInputError
from ..learning_core import api as learning_core
from ..learning_core.api import BranchName, FileBytes
from ..libraries.api import author_pk
from ..olx.api import (
    OlxTree,
    SourceNote,
    StaticFile,
    iter_files,
    read_archive,
    refuse_broken,
    tree_with_drafts,
    with_names,
)
from . import hooks
from .archive_blocks import ArchiveBlocks, StoredBlocks
from .course_reader import CourseReader, learning_package_of
from .data import GRADING_POLICY_PATH, POLICY_PATH, ROOT, CoursePermission, LoadReport
from .edits import is_path
from .lifecycle import add_course
from .models import Course
from .permissions import require_create_course, require_in_course
from .plans import Change, CoursePlan, CreateBlock, DeleteBlock, DeleteFile, PutFile, SetChildren, UpdateBlock
from .store import Applied
from .writing import apply_plan

_BRANCHES: Final[tuple[BranchName, ...]] = ("published", "draft")


def load_course(source: Path, *, user: Actor, course_key: CourseKey | None = None, strict: bool = False) -> LoadReport:
    """
    Load an archive or folder with the OLX of a course into the default store, and publish its published blocks.

    Args:
        source: path of a ``.tar.gz``, a ``.zip`` or a folder.
        user: for a new course, needs to be allowed to create courses; for an existing course, needs IMPORT and
            PUBLISH.
        course_key: the course to write; the key in the archive if None. The archive replaces the content of an
            existing course.
        strict: refuse an archive with blocks that cannot be read.

    A block that cannot be read is reported, and all others are loaded. An existing course keeps its version of the
    block, with everything in it.

    Raises OlxError for an archive that cannot be read, BrokenBlocksError if ``strict`` refuses it, NotAllowedError, and
    InvalidInputError for a legacy library. On an error nothing is written.
    """
    tree = with_names(read_archive(source))
    if strict:
        refuse_broken(tree)
    if tree.kind != ROOT:
        raise InvalidInputError(gettext("This is an archive of a library. Import it into a library."))
    course_key = course_key or tree.context_key
    with transaction.atomic(), learning_core.named(learning_core.ChangeKind.IMPORT, source_key=tree.context_key):
        course = _course(course_key, tree, user)
        loader = _Loader(course, tree, source, author_pk(user))
        stored = {branch: StoredBlocks.of(CourseReader(course_key, branch)) for branch in _BRANCHES}
        published = ArchiveBlocks(tree, course_key, stored["published"]).read()
        applied: list[Applied] = []
        if loader.changes(published, "published"):
            applied.append(loader.load(published))
            learning_core.publish(learning_package_of(course), None, author_pk=author_pk(user))
        with_drafts = with_names(tree_with_drafts(tree))
        draft = ArchiveBlocks(with_drafts, course_key, stored["draft"]).read(loose=with_drafts.drafts)
        applied.append(loader.load(draft))
        hooks.after_load(course_key)
        return _report(course_key, applied, loader, published, draft)


@dataclass
class _Loader:
    course: Course
    tree: OlxTree
    source: Path
    author_pk: int | None
    created: int = 0

    def load(self, archive: ArchiveBlocks) -> Applied:
        changes = self.changes(archive, "draft")
        self.created += sum(isinstance(change, CreateBlock) for change in changes)
        return apply_plan(
            self.course.id, CoursePlan(tuple(changes)), author_pk=self.author_pk, file_bytes=self._file_bytes()
        )

    def changes(self, archive: ArchiveBlocks, branch: BranchName) -> list[Change]:
        """Return the changes that make a branch of the course equal to the blocks of an archive."""
        reader = CourseReader(self.course.id, branch)
        return [*_block_changes(archive.blocks, reader), *self._file_changes(reader)]

    @cached_property
    def texts(self) -> dict[str, bytes]:
        return _texts(self.tree)

    def _file_changes(self, reader: CourseReader) -> list[Change]:
        files = {path: file for path, file in _files(self.tree) if _can_be_stored(path, file)}
        wanted = {path: (file.digest, file.size) for path, file in files.items()}
        wanted |= {path: (learning_core.media_digest(data), len(data)) for path, data in self.texts.items()}
        stored = reader.files()
        lost = learning_core.lost_digests(reader.learning_package_pk, {file.digest for file in stored.values()})
        changes: list[Change] = [
            PutFile(path, digest, size)
            for path, (digest, size) in wanted.items()
            if path not in stored or stored[path].digest != digest or digest in lost
        ]
        return changes + [DeleteFile(path) for path in stored if path not in wanted]

    def _file_bytes(self) -> FileBytes:
        made = {learning_core.media_digest(data): data for data in self.texts.values()}
        paths = {file.digest: file.path for file in self.tree.other_files}
        paths |= {file.digest: f"static/{file.path}" for file in self.tree.static_files}

        def read(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
            yield from ((digest, made[digest]) for digest in digests if digest in made)
            wanted = [paths[digest] for digest in digests if digest in paths and digest not in made]
            for file, data in iter_files(self.source, wanted, folder=self.tree.folder):
                yield file.digest, data

        return read


def _course(course_key: CourseKey, tree: OlxTree, user: Actor) -> Course:
    course = Course.objects.filter(id=course_key, learning_package__isnull=False).first()
    if course is None:
        require_create_course(user)
        return add_course(course_key, user=user, display_name=tree.display_name[:255])
    require_in_course(user, course_key, CoursePermission.IMPORT)
    require_in_course(user, course_key, CoursePermission.PUBLISH)
    return course


def _block_changes(
    wanted: Mapping[UsageKey, tuple[str, tuple[UsageKey, ...]]], reader: CourseReader
) -> Iterator[Change]:
    """Yield the changes that make the blocks of a course equal to an archive. Blocks it does not have are deleted."""
    stored, structure = reader.definitions(reader.rows), reader.structure
    for key, (olx, children) in wanted.items():
        if key not in stored:
            yield CreateBlock(key, olx, children)
        elif stored[key] != olx:
            yield UpdateBlock(key, olx)
    for key, (_olx, children) in wanted.items():
        if key in stored and children != structure.children.get(key, ()):
            yield SetChildren(key, children)
    for key in sorted(stored.keys() - wanted.keys() - structure.reachable):
        yield DeleteBlock(key)


def _files(tree: OlxTree) -> Iterator[tuple[str, StaticFile]]:
    """Yield the files of an archive with their paths in a course."""
    yield from ((f"static/{file.path}", file) for file in tree.static_files)
    yield from ((file.path, file) for file in tree.other_files)


def _can_be_stored(path: str, file: StaticFile) -> bool:
    """Return whether a course can have a file."""
    return not file.exceeds_media_limit and is_path(path)


def _texts(tree: OlxTree) -> dict[str, bytes]:
    """Make the policy files of a course. Settings of the course stand under ``course`` instead of ``course/RUN``."""
    merged = {f"{block.tag}/{block.url_name}" for block in tree.walk() if block is not tree.root}
    run = f"{ROOT}/{tree.root.url_name}"
    policies: dict[str, Mapping[str, object]] = {}
    for name, settings in tree.policies.items():
        left = {k: v for k, v in settings.items() if not k.isidentifier()} if name in merged else settings
        if left or name not in merged:
            policies[ROOT if name == run else name] = left
    texts = {POLICY_PATH: _json(policies)}
    if tree.grading_policy is not None:
        texts[GRADING_POLICY_PATH] = _json(tree.grading_policy)
    return texts


def _report(
    course_key: CourseKey,
    applied: Iterable[Applied],
    loader: _Loader,
    published: ArchiveBlocks,
    draft: ArchiveBlocks,
) -> LoadReport:
    reader = CourseReader(course_key, "draft")
    steps = list(applied)
    tree = loader.tree
    lost = {row.usage_key for row in draft.failed}
    only_published = [row for row in published.failed if row.usage_key not in lost]
    return LoadReport(
        course_key=course_key,
        blocks=len(reader.structure.reachable),
        created=loader.created,
        updated=sum(len(step.versions) for step in steps) - loader.created,
        deleted=sum(len(step.deleted) for step in steps),
        files=len(reader.files()),
        files_left_out=tuple(file.path for path, file in _files(tree) if not _can_be_stored(path, file)),
        drafts=bool(tree.drafts),
        failed=tuple(dict.fromkeys(draft.failed)),
        notes=tuple(dict.fromkeys((*only_published, *published.notes, *draft.notes))),
        source_notes=tuple(
            gettext(text) % values for text, values in ((note.text, note.values) for note in tree.notes)
        ),
    )


def _in_words(notes: Iterable[SourceNote]) -> tuple[str, ...]:
    """Return the notes about an archive, in the language of the reader."""
    return tuple(gettext(text) % values for text, values in ((note.text, note.values) for note in notes))


def _json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, indent=4).encode()
