"""Small archives, honest and evil ones."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from content_libraries.olx.api import Fault, OlxTree

type Files = Mapping[str, str | bytes]
type CourseFolder = Callable[[Files], Path]

COURSE = {
    "course.xml": '<course url_name="R" org="O" course="C"/>',
    "course/R.xml": '<course display_name="A course"><chapter url_name="c"/><wiki slug="O.C.R"/></course>',
    "chapter/c.xml": '<chapter display_name="A section"><sequential url_name="s"/></chapter>',
    "sequential/s.xml": '<sequential display_name="A subsection"><vertical url_name="v"/></sequential>',
    "vertical/v.xml": '<vertical display_name="A unit"><problem url_name="p"/></vertical>',
    "problem/p.xml": '<problem display_name="A problem"><p>1 + 1?</p></problem>',
}
"""A course with one block at each level."""


def with_unit(content: str) -> dict[str, str]:
    """Return a course whose only unit holds this OLX, and no file for anything in it."""
    return {"vertical/v.xml": f'<vertical display_name="A unit">{content}</vertical>', "problem/p.xml": ""}


def bytes_of(files: Files) -> dict[str, bytes]:
    """Return the files as bytes, without those that are empty texts (that is how a test takes one away)."""
    return {
        path: content.encode() if isinstance(content, str) else content
        for path, content in files.items()
        if content != ""
    }


def files_in_folder(folder: Path, files: Files) -> Path:
    for path, content in bytes_of({**COURSE, **files}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def faults_in(tree: OlxTree) -> list[Fault]:
    """Return the faults of all blocks and drafts of a tree, each once."""
    roots = (tree.root, *(draft.block for draft in tree.drafts))
    return list(dict.fromkeys(block.fault for root in roots for block in root.walk() if block.fault))


def tar_of(path: Path, members: Iterable[tuple[str | tarfile.TarInfo, bytes]], mode: str = "w:gz") -> Path:
    """Write a tar of these members, in this order; a name is a regular file, a TarInfo what it says."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            if info.isreg():
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def zip_of(path: Path, members: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def course_members(files: Files | None = None) -> list[tuple[str, bytes]]:
    """Return the members of an archive of a course, in a folder ``course/`` as Studio packs it."""
    return [(f"course/{path}", content) for path, content in bytes_of({**COURSE, **(files or {})}).items()]
