"""Writes a tree to files, as Studio exports them."""

from __future__ import annotations

import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from opaque_keys.edx.locator import CourseLocator

from ..translation import gettext as _
from .catalog import folder_of, read_files
from .data import DEFAULT_LIMITS, Limits, OlxBlock, OlxDraft, OlxTree
from .errors import DuplicateBlockError, FolderNotEmptyError, MissingFileError
from .html_bodies import externalized, inlined
from .member_names import refuse_unsafe_name
from .splicing import children_in, is_inline
from .start_tags import pointer, with_attributes
from .vocabulary import DRAFT_FOLDER, INDEX_ATTRIBUTE, PARENT_ATTRIBUTE, STATIC_FOLDER, member_path

__all__ = ["write_archive", "write_folder"]


def write_folder(
    tree: OlxTree,
    target_folder: str | os.PathLike[str],
    source: str | os.PathLike[str] | None = None,
    *,
    files: Iterable[tuple[str, Iterable[bytes]]] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """
    Write a tree as a folder that :func:`.reading.read_archive` reads as an equal tree.

    ``target_folder`` is created if needed and must be empty. ``source`` is the archive that the tree was read from:
    static and other files are streamed from there. It may be None for a tree without such files. ``files`` are more
    files, as path and content, for a tree that was not read from an archive. Blocks win over them.

    Raises:
        FolderNotEmptyError: the folder holds something.
        MissingFileError: the source lacks a file of the tree, or there is no source.
        OlxError: the tree contradicts itself, or a block's name makes an unsafe path.
    """
    target = Path(target_folder)
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise FolderNotEmptyError(
            _("The folder %(name)s is not empty: name another one.") % {"name": target.name}, target.name
        )
    texts = _Texts(tree).files
    for path, content in texts.items():
        # Reading takes one byte order mark away; a text that begins with another keeps it.
        mark = "\ufeff" if content.startswith("\ufeff") else ""
        _write(target, path, [(mark + content).encode()])
    wanted = [STATIC_FOLDER + file.path for file in tree.static_files]
    wanted += [file.path for file in tree.other_files if file.path not in texts]
    if wanted and source is None:
        raise MissingFileError(
            _("The bytes of %(path)s are needed: name the archive that it is in.") % {"path": wanted[0]}, wanted[0]
        )
    if source is not None:
        folder = tree.folder or folder_of(Path(source), limits)
        for path, chunks in read_files(Path(source), folder, wanted, limits):
            _write(target, path, chunks)
    for path, content_of in files:
        if path not in texts:
            _write(target, path, content_of)


def write_archive(
    tree: OlxTree, target: str | os.PathLike[str], *, files: Iterable[tuple[str, Iterable[bytes]]] = ()
) -> None:
    """
    Write a tree as a ``.tar.gz``, as Studio packs it; see :func:`write_folder`.

    An existing file at ``target`` is replaced, but only once everything is written.
    """
    path = Path(target)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as scratch:
        folder = Path(scratch, tree.kind)
        write_folder(tree, folder, files=files)
        packed = Path(scratch, "packed")
        with tarfile.open(packed, "w:gz") as archive:
            archive.add(folder, tree.kind)
        packed.replace(path)


def _write(target: Path, path: str, chunks: Iterable[bytes]) -> None:
    refuse_unsafe_name(path)
    file_path = target / path
    file_path.parent.mkdir(parents=True, exist_ok=True)
    with file_path.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)


class _Texts:
    """The files that hold blocks and policies, by path."""

    def __init__(self, tree: OlxTree) -> None:
        self.files: dict[str, str] = {}
        self._taken = {file.path for file in tree.other_files}
        self._draft_ids = {id(draft.block) for draft in tree.drafts}
        self._visited: set[tuple[int, str]] = set()
        self._add_root(tree)
        for draft in tree.drafts:
            self._add_definition(draft.block, DRAFT_FOLDER, _place(draft))
        self._add_policies(tree)

    def _add(self, path: str, content: str) -> None:
        if self.files.setdefault(path, content) != content:
            raise DuplicateBlockError(
                _("Two blocks would be written to %(path)s: give one another url_name.") % {"path": path}, path
            )

    def _add_root(self, tree: OlxTree) -> None:
        key = tree.context_key
        if isinstance(key, CourseLocator):
            run = tree.root.url_name
            identity = {"url_name": run, "org": str(key.org), "course": str(key.course)}
            self._add("course.xml", pointer("course", identity) + "\n")
            self._add(member_path("course", run), tree.root.olx + "\n")
        else:
            identity = {"org": str(key.org), "library": str(key.library)}
            self._add("library.xml", with_attributes(tree.root.olx, identity) + "\n")
        self._add_below(tree.root, "")

    def _add_below(self, block: OlxBlock, branch: str) -> None:
        """Add the files of a block's descendants. ``branch`` is the folder of the branch that defines the block."""
        if not block.children or (id(block), branch) in self._visited:
            return
        self._visited.add((id(block), branch))
        document, children = children_in(block)
        for element, child in children:
            text = document.text_of(element)
            filename = element.attributes.get("filename")
            if filename is not None and child.body is not None and inlined(text, child.body) == child.olx:
                self._add(f"{branch}html/{filename}.html", child.body)
            elif is_inline(document, element, child):
                self._add_below(child, branch)
            elif id(child) not in self._draft_ids:
                self._add_definition(child, "", {})

    def _add_definition(self, block: OlxBlock, branch: str, place: Mapping[str, str]) -> None:
        path = branch + member_path(block.tag, block.url_name)
        stem = path.removesuffix(".xml")
        olx = block.olx
        if block.body is not None and f"{stem}.html" not in self._taken:
            short = externalized(olx, stem.rpartition("/")[2])
            if inlined(short, block.body) == olx:
                olx = short
                self._add(f"{stem}.html", block.body)
        self._add(path, with_attributes(olx, place) + "\n")
        self._add_below(block, branch)

    def _add_policies(self, tree: OlxTree) -> None:
        folder = f"policies/{tree.root.url_name}"
        if tree.kind == "course" or tree.policies:
            self._add(f"{folder}/policy.json", _json(tree.policies))
        if tree.grading_policy is not None:
            self._add(f"{folder}/grading_policy.json", _json(tree.grading_policy))


def _place(draft: OlxDraft) -> dict[str, str]:
    place = {} if draft.parent_url is None else {PARENT_ATTRIBUTE: draft.parent_url}
    if draft.index is not None:
        place[INDEX_ATTRIBUTE] = str(draft.index)
    return place


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, indent=4) + "\n"
