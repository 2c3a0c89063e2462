"""From a course in the default store to the OLX of an archive, as Studio exports it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

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
from .data import GRADING_POLICY_PATH, POLICY_PATH, ROOT, TOP_LEVEL, CoursePermission, top_level_name
from .permissions import access_course
from .reading import CourseReader

_MADE_FROM_FILES = frozenset({POLICY_PATH, GRADING_POLICY_PATH})


def export_course(course_key: CourseKey, target: Path, *, user: Actor) -> None:
    """
    Write a course as OLX. Needs EXPORT.

    What is published comes first; drafts that differ from it are beside it, in the folder ``drafts``. Whoever loads
    the archive gets both branches as they are here.

    Args:
        target: path of a ``.tar.gz`` to write, or of an empty or new folder.

    Raises NotFoundError, NotAllowedError, and OlxError for a folder that holds something.
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
    Read a course as the tree of an archive: its published blocks, and its drafts. Static and other files are not
    in it. Checks no permission.
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


def _policy_name(name: str, course_key: Any) -> str:
    return f"{ROOT}/{course_key.run}" if name == ROOT else name


def _readable_by_platform(olx: str) -> str:
    """Spell the name of the linked structure that a block is part of as the platform does, which fails for others."""
    if TOP_LEVEL not in olx or (name := settings_in(olx).get(TOP_LEVEL)) is None:
        return olx
    return with_attributes(olx, {TOP_LEVEL: top_level_name(name)})


@dataclass
class _Branches:
    """The blocks of both branches as trees. A block that is the same in both is the same object."""

    draft: CourseReader
    published: CourseReader
    made: dict[tuple[bool, UsageKey], OlxBlock] = field(default_factory=dict)

    def root(self) -> OlxBlock:
        """The published root; that of the draft, with nothing in it, where the course was never published."""
        key = self.draft.structure.root
        if key in self.published.rows:
            return self._block(key, drafts=False)
        return assembled(self.definitions[True][key], self._name(key), ())

    def drafts(self) -> Iterator[OlxDraft]:
        """Drafts that are not what is published, with the place of each."""
        structure = self.draft.structure
        for key, row in self.draft.rows.items():
            if row.state.has_unpublished_changes:
                parents = structure.parents.get(key, ())
                place = (str(parents[0]), structure.children[parents[0]].index(key)) if parents else (None, None)
                yield OlxDraft(self._block(key, drafts=True), *place)

    @cached_property
    def definitions(self) -> Mapping[bool, Mapping[UsageKey, str]]:
        """Definitions of the draft (True) and of what is published (False)."""
        return {
            drafts: {key: _readable_by_platform(olx) for key, olx in reader.definitions(reader.rows).items()}
            for drafts, reader in ((True, self.draft), (False, self.published))
        }

    @cached_property
    def unlike(self) -> frozenset[UsageKey]:
        """Blocks whose draft is not what is published, or that hold such a block."""
        changed = [key for key, row in self.draft.rows.items() if row.state.has_unpublished_changes]
        found: set[UsageKey] = set()
        while changed:
            key = changed.pop()
            if key not in found:
                found.add(key)
                changed.extend(self.draft.structure.parents.get(key, ()))
        return frozenset(found)

    def _block(self, key: UsageKey, *, drafts: bool) -> OlxBlock:
        place = drafts and key in self.unlike, key
        if place not in self.made:
            branch = self.draft if place[0] else self.published
            children = [self._block(child, drafts=place[0]) for child in branch.structure.children.get(key, ())]
            self.made[place] = assembled(self.definitions[place[0]][key], self._name(key), children)
        return self.made[place]

    def _name(self, key: UsageKey) -> str:
        course_key: Any = self.draft.course.id
        return str(course_key.run) if key == self.draft.structure.root else str(key.block_id)
