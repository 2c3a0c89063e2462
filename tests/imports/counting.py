"""What an archive holds, counted without anything of this project, to be compared with what an import says."""

from __future__ import annotations

import tarfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

_HOLD_BLOCKS = {"course", "library", "chapter", "sequential", "vertical", "split_test", "library_content"}
_NAMES = {"chapter": "sections", "sequential": "subsections", "vertical": "units"}
_NOT_IMPORTED = {"course", "library", "wiki", "split_test", "library_content"}


_DRAFTS = "drafts/"


def blocks_in(archive: Path) -> Counter[str]:
    """How many blocks of each tag the course or library points to, each ``url_name`` once, drafts before others."""
    published = _texts(archive)
    drafts = {path.removeprefix(_DRAFTS): text for path, text in published.items() if path.startswith(_DRAFTS)}
    texts = {**published, **drafts}
    seen: set[tuple[str, str]] = set()

    def walk(element: ET.Element) -> None:
        name = element.get("url_name", "")
        if (element.tag, name) in seen:
            return
        seen.add((element.tag, name))
        definition = element if len(element) else texts.get(f"{element.tag}/{name}.xml", element)
        if element.tag in _HOLD_BLOCKS:
            for child in definition:
                walk(child)

    walk(texts["course.xml"] if "course.xml" in texts else texts["library.xml"])
    for path in drafts:
        tag, _, name = path.removesuffix(".xml").partition("/")
        walk(ET.Element(tag, url_name=name))
    return Counter(tag for tag, _name in seen)


def items_in(archive: Path) -> dict[str, int]:
    """The same as items of a library, by the kinds that reports use."""
    items = dict.fromkeys((*_NAMES.values(), "components"), 0)
    for tag, count in blocks_in(archive).items():
        if tag not in _NOT_IMPORTED:
            items[_NAMES.get(tag, "components")] += count
    return items


def _texts(archive: Path) -> dict[str, ET.Element]:
    """XML below the root folder by path, without static files."""
    with tarfile.open(archive) as members:
        paths = {member: member.name.partition("/")[2] for member in members if member.isfile()}
        return {
            path: ET.fromstring(file.read())  # noqa: S314 - known archives
            for member, path in paths.items()
            if path.endswith(".xml") and not path.startswith("static/")
            if (file := members.extractfile(member))
        }
