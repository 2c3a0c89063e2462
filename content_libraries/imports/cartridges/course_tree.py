"""Reads a cartridge as the tree of a course."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ...olx.api import Limits, OlxBlock, OlxTree, StaticFile, files_of
from ..questions.making import container
from ..questions.packages import MANIFEST, folder_of, read_files, read_for_plans, read_package
from .content import ContentReader, tag_of
from .manifest import Item, read_manifest
from .texts import static_name

_TEXTS: Final = (".xml", ".html", ".htm", ".xhtml", ".qti")
_NO_FILES: Final = (".xml", ".qti")


@dataclass(frozen=True, slots=True)
class CartridgeSource:
    """
    A Common Cartridge as a source of imports.

    Args:
        path: path of the file.
        limits: limits for reading it.
    """

    path: Path
    limits: Limits

    @property
    def name(self) -> str:
        return self.path.name

    def tree(self) -> OlxTree:
        return read_for_plans(partial(read_cartridge, self.path, self.limits))

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        members = [path for path, _chunks in files_of(self.path, self.limits)]
        top = folder_of(members, MANIFEST, self.name)
        known = {path.removeprefix(top) for path in members if path.startswith(top)}

        def names_of(member: str) -> Iterator[str]:
            if member.startswith(top):
                yield static_name(member.removeprefix(top), known)

        return read_files(self.path, self.limits, paths, names_of, archive=self.name)


def read_cartridge(path: Path, limits: Limits) -> OlxTree:
    """
    Read a cartridge. Texts are kept in memory; of other files only path, size and digest.

    Raises OlxError for anything unsafe, damaged, malformed or too large.
    """
    package = read_package(path, limits, main=MANIFEST, is_text=lambda name: name.lower().endswith(_TEXTS))
    files = package.files
    manifest = read_manifest(package.texts[MANIFEST], MANIFEST, limits)
    reader = ContentReader(manifest, package.texts, files)
    children = [block for item in manifest.items for block in _blocks(item, 0, reader)]
    children += reader.not_shown()
    return reader.make.tree(
        ("cartridge", manifest.identifier, "imscc"),
        manifest.title or path.stem,
        children,
        limits=limits,
        static_files=tuple(
            StaticFile(static_name(file.path, files), file.size, file.digest)
            for file in sorted(files.values(), key=lambda file: file.path)
            if file.path in reader.linked or not (file.path in reader.pages or file.path.lower().endswith(_NO_FILES))
        ),
    )


def _blocks(item: Item, depth: int, reader: ContentReader) -> Iterator[OlxBlock]:
    """
    Yield the blocks that an item of the organization becomes.

    A leaf becomes the blocks of its resource. ``tag_of`` says which container they are in.
    """
    title = item.title or item.identifier
    shown = reader.blocks(item.resource, title) if item.resource else ()
    if not item.items and not item.resource:
        yield reader.label(item)
        return
    below = tuple(block for child in item.items for block in _blocks(child, depth + 1, reader))
    tag = tag_of(item, depth)
    if tag and (shown or item.items):
        yield container(tag, reader.names_of_items[id(item)], title, (*shown, *below))
    else:
        yield from shown
