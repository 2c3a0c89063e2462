"""Exports a course from the default store as an OLX archive, as Studio does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

from opaque_keys.edx.keys import CourseKey, UsageKey
from opaque_keys.edx.locator import CourseLocator

from ..actors import Actor
from ..olx.api import (
    OlxBlock,
    OlxDraft,
    OlxTree,
    assembled,
    settings_in,
    with_attributes,
    write_archive,
    write_folder,
)
from ..values import read_settings_file
from .course_reader import CourseReader
from .data import GRADING_POLICY_PATH, POLICY_PATH, ROOT, TOP_LEVEL, CoursePermission, top_level_name
from .permissions import access_course

_MADE_FROM_FILES = frozenset({POLICY_PATH, GRADING_POLICY_PATH})


def export_course(course_key: CourseKey, target: Path, *, user: Actor) -> None:
    """
    Write a course as an OLX archive or folder. Needs EXPORT.

    The archive holds the published blocks and, in the folder ``drafts``, the drafts that differ from them. Loading the
    archive restores both branches.

    Args:
        target: path of a ``.tar.gz`` to write, or of an empty or new folder.

    Raises NotFoundError, NotAllowedError, and OlxError for a folder that is not empty.
    """
    access_course(user, course_key, CoursePermission.EXPORT)
    draft = CourseReader(course_key, "draft")
    tree = course_tree(course_key)
    paths = draft.files().keys() - _MADE_FROM_FILES
    files = ((path, [data]) for path, data in draft.read_files(paths))
    if target.name.endswith((".tar.gz", ".tgz")):
        write_archive(tree, target, files=files)
    else:
        write_folder(tree, target, files=files)


def course_tree(course_key: CourseKey) -> OlxTree:
    """
    Read a course as the tree of an archive, with its published blocks and its drafts, but without its files.

    Checks no permission.
    """
    draft, published = CourseReader(course_key, "draft"), CourseReader(course_key, "published")
    branches = _Branches(draft, published)
    root = branches.root()
    texts = dict(draft.read_files(_MADE_FROM_FILES))
    policies = read_settings_file(texts.get(POLICY_PATH, b"{}"))
    return OlxTree(
        kind="course",
        context_key=cast(CourseLocator, course_key),
        display_name=draft.course.display_name,
        root=root,
        drafts=tuple(branches.drafts()),
        policies={_policy_name(name, course_key): settings for name, settings in policies.items()},
        grading_policy=read_settings_file(texts[GRADING_POLICY_PATH]) if GRADING_POLICY_PATH in texts else None,
    )


def _policy_name(name: str, course_key: CourseKey) -> str:
    return f"{ROOT}/{course_key.run}" if name == ROOT else name


def _readable_by_platform(olx: str) -> str:
    """Spell the name of a block's linked structure as the platform does, which fails for other spellings."""
    if TOP_LEVEL not in olx or (name := settings_in(olx).get(TOP_LEVEL)) is None:
        return olx
    return with_attributes(olx, {TOP_LEVEL: top_level_name(name)})


@dataclass
class _Branches:
    """
    Builds the blocks of both branches as trees.

    A block that is the same in both branches, with everything below it, becomes one object.
    """

    draft: CourseReader
    published: CourseReader
    made: dict[tuple[bool, UsageKey], OlxBlock] = field(default_factory=dict)

    def root(self) -> OlxBlock:
        """Return the published root; if the course was never published, the draft of the root without children."""
        key = self.draft.structure.root
        if key in self.published.rows:
            return self._block(key, drafts=False)
        return assembled(self.definitions[True][key], self._name(key), ())

    def drafts(self) -> Iterator[OlxDraft]:
        """Yield the drafts that differ from the published versions, with the place of each."""
        structure = self.draft.structure
        for key, row in self.draft.rows.items():
            if row.state.has_unpublished_changes:
                parents = structure.parents.get(key, ())
                place = (str(parents[0]), structure.children[parents[0]].index(key)) if parents else (None, None)
                yield OlxDraft(self._block(key, drafts=True), *place)

    @cached_property
    def definitions(self) -> Mapping[bool, Mapping[UsageKey, str]]:
        """Return the definitions of the draft (under True) and of the published branch (under False)."""
        return {
            drafts: {key: _readable_by_platform(olx) for key, olx in reader.definitions(reader.rows).items()}
            for drafts, reader in ((True, self.draft), (False, self.published))
        }

    @cached_property
    def changed(self) -> frozenset[UsageKey]:
        """Return the blocks whose draft differs from the published version, and all blocks that hold such a block."""
        pending = [key for key, row in self.draft.rows.items() if row.state.has_unpublished_changes]
        found: set[UsageKey] = set()
        while pending:
            key = pending.pop()
            if key not in found:
                found.add(key)
                pending.extend(self.draft.structure.parents.get(key, ()))
        return frozenset(found)

    def _block(self, key: UsageKey, *, drafts: bool) -> OlxBlock:
        from_draft = drafts and key in self.changed
        if (from_draft, key) not in self.made:
            branch = self.draft if from_draft else self.published
            children = [self._block(child, drafts=from_draft) for child in branch.structure.children.get(key, ())]
            self.made[from_draft, key] = assembled(self.definitions[from_draft][key], self._name(key), children)
        return self.made[from_draft, key]

    def _name(self, key: UsageKey) -> str:
        course_key: CourseKey = self.draft.course.id
        return str(course_key.run) if key == self.draft.structure.root else str(key.block_id)
