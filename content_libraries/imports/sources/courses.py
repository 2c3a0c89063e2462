"""Reads the drafts of courses in the course store as sources of imports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import CourseLocator

from ...courses.api import Block, CourseFile, CourseStructure, course_store
from ...olx.api import OlxBlock, OlxTree, StaticFile, Tags, assembled, links_between, may_name_files
from ...tagging.api import named_tags_of
from .base import SourceChangedError, SourceFormat

_STATIC: Final = "static/"
_ATTEMPTS: Final = 3

type _Made = dict[UsageKey, OlxBlock]


@dataclass(frozen=True, slots=True)
class CourseSource:
    """
    The draft of a course in the course store. Checks no permission.

    Structure, blocks and files are read one after the other. If an author edits the course meanwhile, it is read again,
    and after some attempts SourceChangedError is raised. So the parts always fit together.
    """

    key: CourseLocator

    @property
    def name(self) -> str:
        return str(self.key)

    def tree(self) -> OlxTree:
        """Read everything but the static files. Raises NotFoundError and SourceChangedError."""
        store = course_store()
        for _attempt in range(_ATTEMPTS):
            structure = store.structure(self.key)
            blocks = store.blocks(self.key, structure.reachable)
            files = store.files(self.key)
            if store.structure(self.key) == structure and structure.reachable <= blocks.keys():
                tree = _tree(self.key, structure, blocks, files)
                return replace(tree, tags=_tags(self.key, blocks), static_links=self._links(tree.static_files))
        raise SourceChangedError(
            _("%(course)s is being edited. Import it again when its authors pause.") % {"course": self.key}
        )

    def _links(self, files: Iterable[StaticFile]) -> Mapping[str, tuple[str, ...]]:
        """Return the static files that other static files name."""
        paths = [file.path for file in files]
        pages = {f"{_STATIC}{path}" for path in paths if may_name_files(path)}
        contents = course_store().read_files(self.key, pages) if pages else ()
        return links_between(((path.removeprefix(_STATIC), data) for path, data in contents), paths)

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        """Yield static files, one in memory at a time. Raises SourceChangedError for a file that was deleted."""
        store = course_store()
        stored = store.files(self.key)
        wanted = {f"{_STATIC}{path}" for path in paths}
        if gone := sorted(wanted - stored.keys()):
            raise SourceChangedError(
                _("%(file)s of %(course)s was deleted meanwhile. Plan the import again.")
                % {"file": gone[0], "course": self.key}
            )
        for path, data in store.read_files(self.key, wanted):
            file = stored[path]
            yield StaticFile(path.removeprefix(_STATIC), file.size, file.digest), data


def _tags(course_key: CourseLocator, keys: Iterable[UsageKey]) -> dict[tuple[str, str], Tags]:
    named = {str(key): (str(key.block_type), str(key.block_id)) for key in keys}
    named[str(course_key)] = ("course", str(course_key))
    return {named[object_id]: tags for object_id, tags in named_tags_of(named).items()}


def _tree(
    course_key: CourseLocator,
    structure: CourseStructure,
    blocks: Mapping[UsageKey, Block],
    files: Mapping[str, CourseFile],
) -> OlxTree:
    is_empty = structure.root not in structure.blocks
    return OlxTree(
        kind="course",
        context_key=course_key,
        display_name=str(course_key) if is_empty else structure.blocks[structure.root].title,
        root=assembled("<course/>", "course", ()) if is_empty else _block(structure.root, structure, blocks, {}),
        static_files=tuple(
            StaticFile(path.removeprefix(_STATIC), file.size, file.digest)
            for path, file in sorted(files.items())
            if path.startswith(_STATIC)
        ),
    )


def _block(key: UsageKey, structure: CourseStructure, blocks: Mapping[UsageKey, Block], made: _Made) -> OlxBlock:
    """Make a block with everything in it. A block under two parents is made once, and is the same object in both."""
    if key not in made:
        children = [_block(child, structure, blocks, made) for child in structure.children.get(key, ())]
        made[key] = assembled(blocks[key].olx, str(key.block_id), children)
    return made[key]


def _is_course(_key: CourseLocator) -> bool:
    """Take every key of a course. Callers have checked that the course exists, and that the user may read it."""
    return True


FORMAT: Final = SourceFormat(name="course", origin=CourseLocator, detect=_is_course, open=CourseSource)
