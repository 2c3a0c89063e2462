"""Reads a cartridge as the tree of a course."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _
from opaque_keys.edx.locator import CourseLocator

from ...block_types.api import SECTION, SUBSECTION, UNIT
from ...olx.api import (
    ArchiveTooLargeError,
    Limits,
    MissingFileError,
    NotACourseError,
    OlxBlock,
    OlxTree,
    StaticFile,
    files_of,
)
from .content import ContentReader, container, url_name
from .manifest import Item, read_manifest
from .texts import static_name

MANIFEST: Final = "imsmanifest.xml"
_TEXTS: Final = (".xml", ".html", ".htm", ".xhtml", ".qti")
_TAGS: Final = (SECTION, SUBSECTION, UNIT)


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
        return read_cartridge(self.path, self.limits)

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        missing = set(paths)
        known = {path for path, _chunks in files_of(self.path, self.limits)}
        for path, chunks in files_of(self.path, self.limits):
            if (name := static_name(path, known)) in missing:
                missing.discard(name)
                content = b"".join(chunks)
                yield StaticFile(name, len(content), blake2b(content, digest_size=20).hexdigest()), content
        if missing:
            raise MissingFileError(
                _("%(archive)s holds no file %(file)s: upload it again.")
                % {"archive": self.name, "file": min(missing)},
                min(missing),
            )


def read_cartridge(path: Path, limits: Limits) -> OlxTree:
    """
    Read a cartridge. Texts are kept in memory; of other files only path, size and digest.

    Raises OlxError for anything unsafe, damaged, malformed or too large.
    """
    texts, files = _catalog(path, limits)
    if MANIFEST not in texts:
        raise NotACourseError(
            _("%(archive)s holds no %(file)s: export the cartridge again.") % {"archive": path.name, "file": MANIFEST},
            path.name,
        )
    manifest = read_manifest(texts[MANIFEST], MANIFEST, limits)
    reader = ContentReader(manifest, texts, files)
    children = tuple(block for item in manifest.items for block in _blocks(item, 0, reader))
    title = manifest.title or path.stem
    return OlxTree(
        kind="course",
        context_key=CourseLocator("cartridge", url_name(manifest.identifier), "imscc"),
        display_name=title,
        root=container("course", "imscc", title, (*children, *reader.not_shown())),
        static_files=tuple(
            StaticFile(static_name(file.path, files), file.size, file.digest)
            for file in sorted(files.values(), key=lambda file: file.path)
            if file.path in reader.linked or not (file.path in reader.pages or file.path.endswith(".xml"))
        ),
        not_imported=reader.not_imported,
    )


def _blocks(item: Item, depth: int, reader: ContentReader) -> Iterator[OlxBlock]:
    """
    Yield the blocks that an item of the organization becomes.

    A folder becomes a section, subsection or unit, according to its depth. A leaf becomes the blocks of its resource,
    in a unit of their own unless the leaf is in a unit already.
    """
    title = item.title or item.identifier
    shown = reader.blocks(item.resource, title) if item.resource else ()
    if not item.items and not item.resource:
        yield reader.label(item)
    elif not item.items:
        in_unit = depth >= len(_TAGS)
        if in_unit or not shown:
            yield from shown
        else:
            yield container(UNIT, reader.name(UNIT, item.identifier), title, shown)
    else:
        tag = _TAGS[min(depth, len(_TAGS) - 1)]
        name = reader.name(tag, item.identifier)
        below = tuple(block for child in item.items for block in _blocks(child, depth + 1, reader))
        yield container(tag, name, title, (*shown, *below))


def _catalog(path: Path, limits: Limits) -> tuple[dict[str, bytes], dict[str, StaticFile]]:
    texts: dict[str, bytes] = {}
    files: dict[str, StaticFile] = {}
    remaining_bytes = limits.total_text_bytes
    for name, chunks in files_of(path, limits):
        digest, size, kept = blake2b(digest_size=20), 0, bytearray()
        is_text = name.lower().endswith(_TEXTS)
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            if is_text:
                kept += chunk
                if len(kept) > min(remaining_bytes, limits.text_bytes):
                    raise ArchiveTooLargeError(
                        _("%(file)s brings the texts of the cartridge above their limit: split the cartridge.")
                        % {"file": name},
                        name,
                    )
        if is_text:
            remaining_bytes -= size
            texts[name] = bytes(kept)
        files[name] = StaticFile(name, size, digest.hexdigest())
    return texts, files
