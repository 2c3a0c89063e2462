"""Reads an archive into the tree of a course or a legacy library."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from opaque_keys import InvalidKeyError
from opaque_keys.edx.locator import CourseLocator, LibraryLocator

from ..translation import gettext, gettext_noop
from .blocks import BlockReader, DraftReader
from .catalog import Catalog, folder_of, read_catalog, read_files
from .data import DEFAULT_LIMITS, Limits, OlxBlock, OlxDraft, OlxTree, SourceNote, StaticFile
from .errors import (
    ArchiveTooLargeError,
    InvalidTagsError,
    MissingFileError,
    NotACourseError,
    UnsupportedEncodingError,
)
from .lost_blocks import key_of_path, with_lost_blocks
from .mending import mended_text
from .policies import Policies, listed
from .static_links import resolved_links
from .tags import TAGS_FILE, Tags, tags_in_table
from .unfolding import refuse_unfolding
from .vocabulary import DRAFT_FOLDER, STATIC_FOLDER, member_path, settings_among
from .xml_source import Budget, Element, decoded, parse_document

__all__ = ["iter_files", "iter_static_files", "parse_block", "read_archive"]

type Kind = Literal["course", "library"]


def read_archive(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> OlxTree:
    """
    Read a course or a legacy (v1) library from a ``.tar.gz``, a ``.zip`` or a folder.

    Texts are kept in memory, static and other files only cataloged: take their bytes with
    :func:`iter_static_files`. Nothing is extracted, and nothing that a text refers to is fetched.

    Raises OlxError (one of :mod:`.errors`) for anything unsafe, damaged, too large, missing or contradictory.
    """
    catalog = read_catalog(Path(path), limits)
    reader = BlockReader(catalog.texts, Budget(limits))
    kind, context_key, root = _root(catalog, reader)
    root = with_lost_blocks(root, reader)
    drafts = tuple(_drafts(catalog, DraftReader(reader)))
    refuse_unfolding([root, *(draft.block for draft in drafts)], limits)
    policies = Policies.read(catalog.texts, root.url_name)
    settings = {**root.attributes, **policies.settings.get(f"{kind}/{root.url_name}", {})}
    tags, notes_on_tags = _tags(catalog)
    static_files = tuple(_static_files(catalog))
    code = context_key.course if isinstance(context_key, CourseLocator) else context_key.library
    return OlxTree(
        kind=kind,
        context_key=context_key,
        display_name=str(settings.get("display_name") or code),
        root=root,
        drafts=drafts,
        policies=policies.settings,
        grading_policy=policies.grading,
        static_files=static_files,
        static_links=resolved_links(
            {path.removeprefix(STATIC_FOLDER): names for path, names in catalog.names.items() if _is_static(path)},
            [file.path for file in static_files],
        ),
        other_files=tuple(
            catalog.files[path]
            for path in sorted(catalog.files.keys() - reader.used - policies.used)
            if not path.startswith(STATIC_FOLDER)
        ),
        folder=catalog.folder,
        tags=tags,
        notes=(*_notes_on_root(root), *_link_notes(catalog.skipped_links), *policies.notes, *notes_on_tags),
    )


def parse_block(text: str, *, limits: Limits = DEFAULT_LIMITS) -> OlxBlock:
    """
    Parse the OLX of one block without an archive, by the same rules of safety.

    Children that are pointers become blocks without settings; an html block whose body is in another file has the body
    None. Raises OlxError.
    """
    budget = Budget(limits)
    document = parse_document(text.encode(), budget=budget)
    if len(document.data) > limits.text_bytes:
        raise ArchiveTooLargeError(
            gettext("The OLX is larger than %(limit)s bytes: split it.") % {"limit": f"{limits.text_bytes:,}"}
        )
    block = BlockReader({}, budget, is_single=True).block_at(document, document.root)
    refuse_unfolding([block], limits)
    return block


def iter_static_files(
    source: str | os.PathLike[str],
    paths: Iterable[str],
    *,
    folder: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[tuple[StaticFile, bytes]]:
    """
    Yield the static files of these paths (relative to ``static/``) with their bytes, one in memory at a time.

    They come in the order of the archive. ``folder`` is ``OlxTree.folder``; without it the archive is looked
    through once more. Raises OlxError as :func:`read_archive` does, MissingFileError if a path is not there.
    """
    for file, content in iter_files(source, [STATIC_FOLDER + path for path in paths], folder=folder, limits=limits):
        yield replace(file, path=file.path.removeprefix(STATIC_FOLDER)), content


def iter_files(
    source: str | os.PathLike[str],
    paths: Iterable[str],
    *,
    folder: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[tuple[StaticFile, bytes]]:
    """Yield the files at these paths, relative to the folder of course.xml; see :func:`iter_static_files`."""
    if folder is None:
        folder = folder_of(Path(source), limits)
    for path, chunks in read_files(Path(source), folder, paths, limits):
        content = b"".join(chunks)
        yield StaticFile(path, len(content), blake2b(content, digest_size=20).hexdigest()), content


def _root(catalog: Catalog, reader: BlockReader) -> tuple[Kind, CourseLocator | LibraryLocator, OlxBlock]:
    kind: Kind = "course" if "course.xml" in catalog.texts else "library"
    path = f"{kind}.xml"
    document = reader.document(path)
    root = document.root
    if root.tag != kind:
        if kind == "course":
            text = gettext("%(path)s holds a <%(tag)s>, not a <course>: export the course again.")
        else:
            text = gettext("%(path)s holds a <%(tag)s>, not a <library>: export the library again.")
        raise NotACourseError(text % {"path": path, "tag": root.tag}, path)
    if kind == "course" and not root.attributes.get("url_name"):
        root.attributes["url_name"] = root.attributes.pop("slug", "") or ("" if root.is_empty else _derived_run(root))
    context_key = _context_key(kind, root.attributes)
    url_name = root.attributes.get("url_name", "")
    is_pointer = root.is_empty and not settings_among(root.tag, root.attributes)
    if kind == "course" and is_pointer and not reader.defines(kind, url_name):
        missing = member_path(kind, url_name)
        raise MissingFileError(
            gettext("%(path)s points to %(missing)s, which is not there: add that file.")
            % {"path": path, "missing": missing},
            missing,
        )
    reader.used.add(path)
    return kind, context_key, reader.readable_block_at(document, root)


def _derived_run(root: Element) -> str:
    """Return a run for a course that names none, which is the same in each export of the course."""
    digest = blake2b(root.attributes.get("display_name", "").encode(), digest_size=6).hexdigest()
    return f"course-{digest}"


def _context_key(kind: Kind, attributes: Mapping[str, str]) -> CourseLocator | LibraryLocator:
    org = attributes.get("org", "")
    try:
        if kind == "course":
            return CourseLocator(org, attributes.get("course", ""), attributes.get("url_name", ""))
        return LibraryLocator(org, attributes.get("library", ""))  # type: ignore[abstract]  # it is not
    except InvalidKeyError as error:
        if kind == "course":
            text = gettext("course.xml does not name its course: give it valid attributes org, course and url_name.")
        else:
            text = gettext("library.xml does not name its library: give it valid attributes org and library.")
        raise NotACourseError(text, f"{kind}.xml") from error


def _drafts(catalog: Catalog, reader: DraftReader) -> Iterator[OlxDraft]:
    for path in sorted(catalog.texts):
        if path.startswith(DRAFT_FOLDER) and (key := key_of_path(path.removeprefix(DRAFT_FOLDER))):
            tag, url_name = key
            block = reader.block_of(tag, url_name)
            parent_url, index = reader.places.get(block.key, (None, None))
            yield OlxDraft(block, parent_url, index)


def _notes_on_root(root: OlxBlock) -> Iterator[SourceNote]:
    """Yield a note if the root was mended. The root becomes no item, so no item can have the note."""
    if root.note:
        yield SourceNote("%(note)s", {"note": root.note})


def _tags(catalog: Catalog) -> tuple[Mapping[tuple[str, str], Tags], tuple[SourceNote, ...]]:
    """Return the tags in the table of a source. A table that cannot be read gives a note instead."""
    if TAGS_FILE not in catalog.texts:
        return {}, ()
    try:
        text = mended_text(catalog.texts[TAGS_FILE]) or decoded(catalog.texts[TAGS_FILE], TAGS_FILE)
        return tags_in_table(text), ()
    except (InvalidTagsError, UnsupportedEncodingError) as error:
        text = gettext_noop("The tags in %(path)s are ignored. %(problem)s")
        return {}, (SourceNote(text, {"path": TAGS_FILE, "problem": error.message}),)


def _link_notes(links: Sequence[str]) -> Iterator[SourceNote]:
    if links:
        text = gettext_noop("Links that lead to no file of the archive are left out: %(paths)s.")
        yield SourceNote(text, {"paths": listed(links)})


def _is_static(path: str) -> bool:
    return path.startswith(STATIC_FOLDER)


def _static_files(catalog: Catalog) -> Iterator[StaticFile]:
    for path in sorted(catalog.files):
        if _is_static(path):
            file = catalog.files[path]
            yield StaticFile(path.removeprefix(STATIC_FOLDER), file.size, file.digest)
