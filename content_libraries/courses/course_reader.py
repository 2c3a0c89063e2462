"""Reads a course from its learning package."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Final

from django.db.models import ExpressionWrapper, F, QuerySet, TextField
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, LearningContextKey, UsageKey
from opaque_keys.edx.locator import LibraryLocator

from ..errors import NotFoundError
from ..keys import stored_usage_key
from ..learning_core import api as learning_core
from ..learning_core.api import BranchName, FileMedia
from ..olx.api import settings_in
from .data import ROOT, Block, BlockState, CourseFile, CourseStructure
from .models import BlockDefinition, Course, CourseBlock

FILE_NAMESPACE = "course"
"""Namespace of the components that are files of a course; their type is ``file``."""


_FEW = 50
"""To read more blocks than this, all blocks of the course are read: that costs less than looking for each."""


_KEY_TEXT: Final = ExpressionWrapper(F("usage_key"), output_field=TextField())


@dataclass(frozen=True, slots=True)
class _Row:
    usage_key: UsageKey
    entity_pk: int
    version_pk: int
    state: BlockState


class CourseReader:
    """Reads one branch of one course. The object keeps all data that it has read."""

    def __init__(self, course_key: CourseKey, branch: BranchName) -> None:
        self.course = find_course(course_key)
        self.branch = branch
        self.learning_package_pk = learning_package_of(self.course)

    @cached_property
    def rows(self) -> Mapping[UsageKey, _Row]:
        return {row.usage_key: row for row in self._all_rows}

    @cached_property
    def _all_rows(self) -> list[_Row]:
        """Return the rows without looking at their keys, whose hashes are slow to compute."""
        return self._read_rows()

    def _rows_of(self, keys: Iterable[UsageKey]) -> list[_Row]:
        return [row for key in keys if (row := self.rows.get(key)) is not None]

    def _read_rows(self, **conditions: object) -> list[_Row]:
        version = f"entity__{self.branch}__version"
        found = self._live_blocks(**conditions).values_list(
            _KEY_TEXT,
            "entity_id",
            f"{version}_id",
            f"{version}__title",
            f"{version}__version_num",
            "entity__container__container_type_id",
            "entity__draft__version_id",
            "entity__published__version_id",
        )
        return [
            _Row(
                stored_usage_key(text),
                entity_pk,
                version_pk,
                BlockState(title, number, container_type is not None, draft != published),
            )
            for text, entity_pk, version_pk, title, number, container_type, draft, published in found
        ]

    def _live_blocks(self, **conditions: object) -> QuerySet[CourseBlock]:
        is_live = {f"entity__{self.branch}__version__isnull": False}
        return CourseBlock.objects.filter(course=self.course, **is_live, **conditions)

    @cached_property
    def key_of(self) -> Mapping[int, UsageKey]:
        """Return the usage keys of the branch's blocks by entity pk."""
        return {row.entity_pk: row.usage_key for row in self._all_rows}

    @cached_property
    def structure(self) -> CourseStructure:
        children = learning_core.package_children(self.learning_package_pk, branch=self.branch)
        # Without the lock of the course, the children may include blocks that were created after the rows were read.
        return CourseStructure(
            root=root_key(self.course.id),
            blocks={row.usage_key: row.state for row in self._all_rows},
            children={
                self.key_of[parent]: tuple(self.key_of[child] for child in found if child in self.key_of)
                for parent, found in children.items()
                if parent in self.key_of
            },
        )

    def definitions(self, keys: Iterable[UsageKey], *, skip_damaged: bool = False) -> dict[UsageKey, str]:
        """
        Read the OLX of blocks, without the blocks in it, by usage key.

        For ``skip_damaged`` see ``learning_core.api.olx_of``.
        """
        rows = self._rows_of(keys)
        texts = _texts_of(rows, skip_damaged=skip_damaged)
        return {row.usage_key: texts[row.version_pk] for row in rows if row.version_pk in texts}

    def blocks(self, keys: Collection[UsageKey] | None) -> dict[UsageKey, Block]:
        """
        Read blocks; all blocks if None.

        Up to ``_FEW`` blocks are read by their keys, which costs the same in a course of any length.
        """
        if keys is None:
            return _blocks(self._all_rows, self._all_texts(), self.structure.children)
        if len(keys) > _FEW:
            rows = self._rows_of(keys)
            return _blocks(rows, _texts_of(rows), self.structure.children)
        rows = self._read_rows(usage_key__in=keys)
        holders = [row.entity_pk for row in rows if row.state.holds_blocks]
        child_pks = learning_core.current_children_of(holders, branch=self.branch)
        key_of: dict[int, UsageKey] = {}
        for part in learning_core.in_parts(chain.from_iterable(child_pks.values())):
            found = self._live_blocks(entity__in=part).values_list("entity_id", _KEY_TEXT)
            key_of.update((pk, stored_usage_key(text)) for pk, text in found)
        children = {
            row.usage_key: tuple(key_of[pk] for pk in child_pks.get(row.entity_pk, ()) if pk in key_of) for row in rows
        }
        return _blocks(rows, _texts_of(rows), children)

    def _all_texts(self) -> dict[int, str]:
        """
        Read the OLX of all blocks, by version pk, in queries that do not name each version.

        Blocks that were edited since the rows were read have other versions now: the versions of the rows are read by
        their pks.
        """
        is_here = {f"version__{self.branch}__entity__course_block__course": self.course}
        containers = BlockDefinition.objects.filter(**is_here).values_list("version_id", "olx")
        texts = {**learning_core.package_olx(self.learning_package_pk, branch=self.branch), **dict(containers)}
        return texts | _texts_of([row for row in self._all_rows if row.version_pk not in texts])

    def blocks_saying(self, text: str) -> dict[UsageKey, Block]:
        """Return the blocks of the draft whose OLX contains a text."""
        components = learning_core.draft_olx_with(self.learning_package_pk, text)
        containers = BlockDefinition.objects.filter(
            version__draft__entity__course_block__course=self.course, olx__contains=text
        )
        found: dict[int, str] = {**components, **dict(containers.values_list("version__entity_id", "olx"))}
        children = self.structure.children
        return {
            row.usage_key: _block(row, olx, children)
            for row in self._all_rows
            if (olx := found.get(row.entity_pk)) is not None
        }

    @cached_property
    def stored_files(self) -> Mapping[int, FileMedia]:
        """Return the files of the branch by entity pk."""
        return learning_core.package_files(self.learning_package_pk, namespace=FILE_NAMESPACE, branch=self.branch)

    def files(self) -> dict[str, CourseFile]:
        return {
            file.path: CourseFile(file.path, file.media_type, file.digest, file.size)
            for file in self.stored_files.values()
        }

    def read_files(
        self, paths: Collection[str], *, files: Mapping[str, CourseFile] | None = None
    ) -> Iterator[tuple[str, bytes]]:
        files = self.files() if files is None else files
        by_digest: dict[str, list[str]] = {}
        for path in paths:
            if path in files:
                by_digest.setdefault(files[path].digest, []).append(path)
        for digest, data in learning_core.stored_bytes(self.learning_package_pk)(by_digest.keys()):
            for path in by_digest[digest]:
                yield path, data


def _blocks(
    rows: Collection[_Row], texts: Mapping[int, str], children: Mapping[UsageKey, tuple[UsageKey, ...]]
) -> dict[UsageKey, Block]:
    return {row.usage_key: _block(row, texts[row.version_pk], children) for row in rows if row.version_pk in texts}


def _block(row: _Row, olx: str, children: Mapping[UsageKey, tuple[UsageKey, ...]]) -> Block:
    return Block(row.usage_key, olx, settings_in(olx), children.get(row.usage_key, ()), row.state)


def _texts_of(rows: Collection[_Row], *, skip_damaged: bool = False) -> dict[int, str]:
    """Read the OLX of blocks, by version pk."""
    texts = learning_core.olx_of(
        [row.version_pk for row in rows if not row.state.holds_blocks], skip_damaged=skip_damaged
    )
    for part in learning_core.in_parts(row.version_pk for row in rows if row.state.holds_blocks):
        texts.update(BlockDefinition.objects.filter(version__in=part).values_list("version_id", "olx"))
    return texts


def find_course(course_key: CourseKey) -> Course:
    """Find a course by its key. Checks no permission. Raises NotFoundError."""
    require_run(course_key)
    try:
        return Course.get_from_id(course_key)
    except Course.DoesNotExist:
        raise NotFoundError(_("There is no course “%(course)s”.") % {"course": course_key}) from None


def names_run(course_key: LearningContextKey) -> bool:
    """
    Return whether a key names the run of its course.

    Course keys of the oldest blocks (``i4x://``) have no run, and cannot be written as text. Legacy libraries have keys
    of courses, but no runs: asking them for one is deprecated.
    """
    return not isinstance(course_key, LibraryLocator) and getattr(course_key, "run", None) is not None


def require_run(course_key: CourseKey) -> None:
    """Raise NotFoundError for a key without a run."""
    if not names_run(course_key):
        raise NotFoundError(_("A key without a run, as that of an i4x:// block, names no course."))


def learning_package_of(course: Course) -> int:
    """Return the pk of the course's learning package. Raises NotFoundError if the course has none."""
    if course.learning_package_id is None:
        raise NotFoundError(_("The course “%(course)s” is not kept in Learning Core.") % {"course": course.id})
    return course.learning_package_id


def lock_course(course_key: CourseKey) -> None:
    """
    Lock a course: others who edit it wait until the transaction ends.

    A course that another store keeps is locked by its row, if it has one. Raises NotFoundError for a key without a run,
    and for a course that is being deleted.
    """
    require_run(course_key)
    rows = Course.objects.filter(id=course_key)
    learning_package_pk = rows.values_list("learning_package_id", flat=True).first()
    if learning_package_pk is not None:
        learning_core.lock_package(learning_package_pk)
    else:
        list(rows.select_for_update().values_list("pk"))


def root_key(course_key: CourseKey) -> UsageKey:
    """Return the usage key of a course's root, as in the platform."""
    key: UsageKey = course_key.make_usage_key(ROOT, ROOT)
    return key
