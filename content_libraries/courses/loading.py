"""
Loads an OLX archive into a course of the default store.

The archive's published blocks are written and published, then its drafts are written over them. Loading an archive
again changes only what differs. A load is planned like every other change of a course.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor
from ..errors import InvalidInputError
from ..learning_core import api as learning_core
from ..learning_core.api import BranchName, FileBytes
from ..libraries.api import author_pk
from ..olx.api import (
    OlxBlock,
    OlxTree,
    definition_of,
    iter_files,
    read_archive,
    refuse_broken,
    tree_with_drafts,
    with_attributes,
)
from . import hooks
from .course_reader import CourseReader, learning_package_of, root_key
from .data import GRADING_POLICY_PATH, POLICY_PATH, ROOT, CoursePermission, LoadReport
from .edits import check_path
from .lifecycle import add_course
from .models import Course
from .permissions import require_create_course, require_in_course
from .plans import Change, CoursePlan, CreateBlock, DeleteBlock, DeleteFile, PutFile, SetChildren, UpdateBlock
from .store import Applied
from .writing import apply_plan


@dataclass(slots=True)
class _KeyedBlocks:
    """Gives the blocks of one branch of an archive their usage keys; holds the definition and children of each."""

    tree: OlxTree
    course_key: CourseKey
    blocks: dict[UsageKey, tuple[str, tuple[UsageKey, ...]]] = field(default_factory=dict)
    keys: dict[int, UsageKey] = field(default_factory=dict)
    """``id()`` of a block that has its key already -> the key: a block under two parents is one block."""

    def add(self, block: OlxBlock, parent: UsageKey | None = None, number: int = 0) -> UsageKey:
        if id(block) in self.keys:
            return self.keys[id(block)]
        key = self.keys[id(block)] = self._key(block, parent, number)
        self.blocks[key] = definition_of(block), ()
        children = tuple(self.add(child, key, index) for index, child in enumerate(block.children))
        self.blocks[key] = self._with_policy(block), children
        return key

    def _key(self, block: OlxBlock, parent: UsageKey | None, number: int) -> UsageKey:
        if block is self.tree.root:
            return root_key(self.course_key)
        name = block.url_name or f"{parent.block_id if parent else ROOT}-{block.tag}-{number}"
        try:
            key: UsageKey = self.course_key.make_usage_key(block.tag, name)
        except InvalidKeyError as error:
            raise InvalidInputError(
                _("%(path)s: “%(name)s” cannot be the ID of a block. Rename it.") % {"path": block.path, "name": name}
            ) from error
        return key

    def _with_policy(self, block: OlxBlock) -> str:
        """
        Return the definition of a block with the settings that older exports keep in the policy file.

        Settings of the root stay in the policy file, where they have types.
        """
        olx = definition_of(block)
        if block is self.tree.root:
            return olx
        policy = self.tree.policies.get(f"{block.tag}/{block.url_name}", {})
        return with_attributes(olx, {name: _attribute(value) for name, value in policy.items() if name.isidentifier()})


def load_course(source: Path, *, user: Actor, course_key: CourseKey | None = None) -> LoadReport:
    """
    Load an archive or folder with the OLX of a course into the default store, and publish its published blocks.

    Args:
        source: path of a ``.tar.gz``, a ``.zip`` or a folder.
        user: for a new course, needs to be allowed to create courses; for an existing course, needs IMPORT and
            PUBLISH.
        course_key: the course to write; the key in the archive if None. The archive replaces the content of an
            existing course.

    An archive with blocks that cannot be read is refused, as it would delete these blocks from an existing course.

    Raises OlxError, NotAllowedError, and InvalidInputError for a legacy library. On an error nothing is written.
    """
    tree = read_archive(source)
    refuse_broken(tree)
    if tree.kind != ROOT:
        raise InvalidInputError(_("This is an archive of a library. Import it into a library."))
    course_key = course_key or tree.context_key
    with transaction.atomic():
        course = _course(course_key, tree, user)
        loader = _Loader(course, tree, source, author_pk(user))
        applied: list[Applied] = []
        if loader.changes(tree, "published"):
            applied.append(loader.load(tree))
            learning_core.publish(learning_package_of(course), None, author_pk=author_pk(user))
        applied.append(loader.load(tree_with_drafts(tree)))
        hooks.after_load(course_key)
        return _report(course_key, tree, applied, loader)


@dataclass
class _Loader:
    course: Course
    tree: OlxTree
    source: Path
    author_pk: int | None
    created: int = 0

    def load(self, tree: OlxTree) -> Applied:
        changes = self.changes(tree, "draft")
        self.created += sum(isinstance(change, CreateBlock) for change in changes)
        return apply_plan(
            self.course.id, CoursePlan(tuple(changes)), author_pk=self.author_pk, file_bytes=self._file_bytes()
        )

    def changes(self, tree: OlxTree, branch: BranchName) -> list[Change]:
        """Return the changes that make a branch of the course equal to a tree."""
        keyed = _KeyedBlocks(tree, self.course.id)
        keyed.add(tree.root)
        if branch == "draft" and tree is not self.tree:
            for draft in tree.drafts:  # drafts that stand nowhere are kept all the same
                keyed.add(draft.block)
        reader = CourseReader(self.course.id, branch)
        return [*_block_changes(keyed.blocks, reader), *self._file_changes(reader)]

    @cached_property
    def texts(self) -> dict[str, bytes]:
        return _texts(self.tree)

    def _file_changes(self, reader: CourseReader) -> list[Change]:
        files = {f"static/{file.path}": file for file in self.tree.static_files if not file.exceeds_media_limit}
        files |= {file.path: file for file in self.tree.other_files if not file.exceeds_media_limit}
        for path in files:
            check_path(path)
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


def _report(course_key: CourseKey, tree: OlxTree, applied: Iterable[Applied], loader: _Loader) -> LoadReport:
    reader = CourseReader(course_key, "draft")
    steps = list(applied)
    return LoadReport(
        course_key=course_key,
        blocks=len(reader.structure.reachable),
        created=loader.created,
        updated=sum(len(step.versions) for step in steps) - loader.created,
        deleted=sum(len(step.deleted) for step in steps),
        files=len(reader.files()),
        files_left_out=tuple(file.path for file in (*tree.static_files, *tree.other_files) if file.exceeds_media_limit),
        drafts=bool(tree.drafts),
    )


def _json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, indent=4).encode()


def _attribute(value: object) -> str:
    """Convert a setting from a policy file to an OLX attribute, as Studio writes it."""
    return value if isinstance(value, str) else json.dumps(value)
