"""Applies a plan to a course in its learning package."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..errors import InvalidInputError
from ..learning_core import api as learning_core
from ..learning_core.api import MAX_TITLE, ComponentWrite, ContainerWrite, DraftWrites, FileBytes, FileMedia
from ..olx.api import settings_in
from .course_reader import FILE_NAMESPACE, CourseReader, find_course, learning_package_of
from .data import ROOT
from .models import BlockDefinition, Course, CourseBlock
from .plans import CoursePlan, Outcome, PutFile, outcome_of
from .store import Applied

MAX_DISPLAY_NAME: Final = 255
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,255}")
"""Codes that every database stores; MariaDB takes no other letters."""


def apply_plan(
    course_key: CourseKey, plan: CoursePlan, *, author_pk: int | None, file_bytes: FileBytes | None = None
) -> Applied:
    """Apply a plan to a course in its learning package, as ``CourseStore.apply`` describes."""
    with transaction.atomic():
        # Lock before the first read of the course: the state that the plan is compared with must not change.
        learning_core.lock_package(learning_package_of(find_course(course_key)))
        reader = CourseReader(course_key, "draft")
        write = _Write(reader, outcome_of(plan, reader.structure))
        return write.run(author_pk, file_bytes)


@dataclass
class _Write:
    reader: CourseReader
    outcome: Outcome
    refs: dict[UsageKey, str] = field(default_factory=dict)

    @property
    def course(self) -> Course:
        return self.reader.course

    def run(self, author_pk: int | None, file_bytes: FileBytes | None) -> Applied:
        keys = self._changed()
        written = {self._ref(key): key for key in keys}
        components = [self._component(key) for key in keys if not self._holds_blocks(key)]
        containers = [self._container(key) for key in keys if self._holds_blocks(key)]
        files, deleted_files = self._files()
        deleted = [self.reader.rows[key].entity_pk for key in self.outcome.deleted]
        writes = learning_core.write_drafts(
            self.reader.learning_package_pk,
            components=[*components, *files],
            containers=containers,
            deleted_pks=[*deleted, *deleted_files],
            author_pk=author_pk,
            file_bytes=file_bytes,
        )
        self._save_definitions(writes, [key for key in keys if self._holds_blocks(key)])
        self._create_block_rows(writes)
        self._rename_course()
        numbers = learning_core.version_nums(writes.version_pks[ref] for ref in written)
        return Applied(
            change_set=writes.draft_change_log_pk,
            versions={key: numbers[writes.version_pks[ref]] for ref, key in written.items()},
            deleted=self.outcome.deleted,
        )

    @cached_property
    def definitions(self) -> Mapping[UsageKey, str]:
        """Return the OLX elements of all blocks that the plan touches, as they are after the plan."""
        stored = self.reader.definitions(self.outcome.definitions.keys() | self.outcome.children.keys())
        return {**stored, **self.outcome.definitions}

    def _changed(self) -> list[UsageKey]:
        """Return the blocks that get a new version: they are new, or get another OLX element or list of children."""
        touched = [*self.outcome.definitions, *(key for key in self.outcome.children)]
        stored = self.reader.definitions(self.outcome.definitions)
        return [
            key
            for key in dict.fromkeys(touched)
            if key in self.outcome.created
            or key in self.outcome.children
            or self.outcome.definitions[key] != stored.get(key)
        ]

    def _holds_blocks(self, key: UsageKey) -> bool:
        if key in self.outcome.created:
            return key in self.outcome.children
        return self.reader.rows[key].state.holds_blocks

    @cached_property
    def known(self) -> Mapping[UsageKey, tuple[str, bool]]:
        """
        Return all blocks that the course ever had, deleted ones included.

        Returns: usage key -> name in Learning Core, and whether the block is a container there.
        """
        rows: Any = CourseBlock.objects.filter(course=self.course).values_list(
            "usage_key", "entity__entity_ref", "entity__container__container_type_id"
        )
        return {key: (ref, container_type is not None) for key, ref, container_type in rows}

    def _ref(self, key: UsageKey) -> str:
        if key not in self.refs:
            self.refs[key] = self._new_ref(key)
        return self.refs[key]

    def _new_ref(self, key: UsageKey) -> str:
        if key in self.known:
            ref, is_container = self.known[key]
            if key in self.outcome.created and is_container != self._holds_blocks(key):
                raise InvalidInputError(
                    _("“%(key)s” was deleted, and is kept as a block of another kind. Choose another ID.")
                    % {"key": key},
                    field="block_id",
                )
            return ref
        if self._holds_blocks(key):
            return _code(f"{key.block_type}.{key.block_id}", key)
        return ComponentWrite(key.block_type, _code(str(key.block_id), key), "", None).entity_ref

    def _component(self, key: UsageKey) -> ComponentWrite:
        code = self._ref(key).split(":", 2)[2]
        olx = self.definitions[key]
        return ComponentWrite(key.block_type, code, title_of(key, olx), olx)

    def _container(self, key: UsageKey) -> ContainerWrite:
        children = self.outcome.children.get(key, self.reader.structure.children.get(key, ()))
        return ContainerWrite(
            learning_core.COURSE_OUTLINE if key.block_type == ROOT else learning_core.BLOCK_GROUP,
            self._ref(key),
            title_of(key, self.definitions[key]),
            tuple(self._ref(child) for child in children),
        )

    def _files(self) -> tuple[list[ComponentWrite], list[int]]:
        """
        Return the files to write, and the entity pks of the files to delete.

        A file that is stored already, with undamaged bytes, is not written again.
        """
        if not self.outcome.files:
            return [], []
        stored = {file.path: (pk, file) for pk, file in self.reader.stored_files.items()}
        same = {file.digest for path, file in self.outcome.files.items() if file and path in stored}
        lost = learning_core.lost_digests(self.reader.learning_package_pk, same)
        writes, deleted = [], []
        for path, file in self.outcome.files.items():
            pk, old = stored.get(path, (0, None))
            if file is None:
                deleted += [pk] if old else []
            elif old is None or old.digest != file.digest or file.digest in lost:
                writes.append(_file(file))
        return writes, deleted

    def _save_definitions(self, writes: DraftWrites, keys: Sequence[UsageKey]) -> None:
        BlockDefinition.objects.bulk_create(
            BlockDefinition(version_id=writes.version_pks[self._ref(key)], olx=self.definitions[key]) for key in keys
        )

    def _create_block_rows(self, writes: DraftWrites) -> None:
        CourseBlock.objects.bulk_create(
            CourseBlock(course=self.course, usage_key=key, entity_id=writes.entity_pks[self._ref(key)])
            for key in self.outcome.definitions
            if key in self.outcome.created and key not in self.known
        )

    def _rename_course(self) -> None:
        """Save the root's new display name in the course's row, which lists of courses show."""
        olx = self.outcome.definitions.get(self.reader.structure.root)
        name = settings_in(olx).get("display_name") if olx else None
        if name:
            self.course.display_name = name[:MAX_DISPLAY_NAME]
            self.course.save(update_fields=["display_name"])


def no_files(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Return the bytes of no files, for a plan without files."""
    return iter(())


def _code(wanted: str, key: UsageKey) -> str:
    """
    Return ``wanted`` as the Learning Core code of a block, or a digest if it cannot be a code.

    Block IDs may be longer than codes, and have other characters.
    """
    if _CODE.fullmatch(wanted):
        return wanted
    return f"{key.block_type[:100]}.{learning_core.media_digest(str(key.block_id).encode())}"


def title_of(key: UsageKey, olx: str) -> str:
    """Return the display name of a block; its id if it has no display name."""
    return (settings_in(olx).get("display_name") or str(key.block_id))[:MAX_TITLE]


def _file(file: PutFile) -> ComponentWrite:
    """
    Return the component that a course file is stored as. The digest of the path is its code.

    Each file is a component of its own, so that changing one writes no version of the others.
    """
    media = FileMedia(file.path, learning_core.media_type_of(file.path), file.digest, file.size)
    code = learning_core.media_digest(file.path.encode())
    return ComponentWrite("file", code, file.path[:MAX_TITLE], None, (media,), namespace=FILE_NAMESPACE)
