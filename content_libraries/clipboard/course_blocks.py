"""Snapshots of course blocks: a block with all that is below it as one OLX text, and the files that it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ..actors import Actor
from ..block_types.api import CONTAINERS_OF_TAGS, UNIT
from ..content.api import LICENSE_SETTINGS, ContainerSettingsData, FileMedia, title_of_untitled
from ..courses.api import Block, CourseFile, CourseFileNames, CourseStructure, course_store, get_structure
from ..errors import NotFoundError
from .data import COPIED_FROM, Snapshot
from .elements import element_of


def block_snapshot(key: UsageKey, *, user: Actor) -> Snapshot:
    """
    Read the draft of a block, with all that is below it, as a snapshot. Needs VIEW of the course.

    Tags are kept for items of libraries only. Raises NotFoundError, NotAllowedError, and InvalidInputError for a block
    that is too large to be copied at once.
    """
    structure = get_structure(key.course_key, user=user)
    keys = [below for below, _depth in structure.walk(key)]
    if not keys:
        raise NotFoundError(_("There is no “%(key)s”.") % {"key": key})
    store = course_store()
    parts = _Parts(store.blocks(key.course_key, keys), store.files(key.course_key))
    return Snapshot(
        tag=key.block_type,
        title=parts.title(key),
        context_title=structure.blocks[structure.root].title,
        unit_key=_unit_of(structure, key),
        code=key.block_id,
        olx=parts.olx(key),
        files={str(key): found for key in parts.blocks if (found := tuple(parts.files_of(key)))},
        settings={str(key): settings for key, settings in parts.settings()},
    )


def _unit_of(structure: CourseStructure, key: UsageKey) -> str:
    """Return the key of a block's unit, which is the block itself for a unit; "" if the block is in no unit."""
    above: UsageKey | None = key
    while above is not None and above.block_type != UNIT:
        above = next(iter(structure.parents.get(above, ())), None)
    return str(above or "")


@dataclass
class _Parts:
    """The drafts of a block and of all below it, and the files of the course by path."""

    blocks: Mapping[UsageKey, Block]
    files: Mapping[str, CourseFile]
    texts: dict[UsageKey, str] = field(default_factory=dict)

    def title(self, key: UsageKey) -> str:
        """Return the title of a block. A block without a title gets the name that clients show for its type."""
        return self.blocks[key].settings.get("display_name") or title_of_untitled(key.block_type)

    def olx(self, key: UsageKey) -> str:
        """Return the element of a block with all that is below it, made once however often the block occurs."""
        if key not in self.texts:
            block = self.blocks[key]
            children = [self.olx(child) for child in block.children]
            attributes = {"url_name": key.block_id, COPIED_FROM: str(key)}
            self.texts[key] = element_of(block.olx, attributes, children, title=self.title(key))
        return self.texts[key]

    @cached_property
    def names(self) -> CourseFileNames:
        return CourseFileNames(self.files)

    def files_of(self, key: UsageKey) -> Iterator[FileMedia]:
        """Yield the files that a block refers to, under the names that its OLX uses (wire: clipboard-paste)."""
        for path, file in self.names.in_text(self.blocks[key].olx).items():
            yield FileMedia(path, file.media_type, file.digest, file.size)

    def settings(self) -> Iterator[tuple[UsageKey, ContainerSettingsData]]:
        """Yield the settings and the license of each chapter, sequential and vertical; the title is not one of them."""
        for key, block in self.blocks.items():
            settings = {name: value for name, value in block.settings.items() if name != "display_name"}
            licensing = [settings.pop(name, "") for name in LICENSE_SETTINGS]
            found = ContainerSettingsData(settings, *licensing)
            if key.block_type in CONTAINERS_OF_TAGS and not found.is_empty:
                yield key, found
