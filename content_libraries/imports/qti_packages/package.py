"""Reads a package of QTI 2.x as the tree of a course."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape, unescape
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from lxml import etree

from ...block_types.api import UNIT
from ...olx.api import Limits, OlxBlock, OlxTree, StaticFile, files_of
from ...site_language import gettext as _
from ..questions import xml
from ..questions.making import BlockMaker
from ..questions.packages import MANIFEST, Package, folder_of, manifest_head, read_files, read_for_plans, read_package
from .items import question_of

_ITEM: Final = "imsqti_item_xmlv2p"
_TEST: Final = "imsqti_test_xmlv2p"
_LINK: Final = re.compile(r"""(\b(?:src|href|data)\s{0,9}=\s{0,9})(["'])([^"'<>]{1,2048})\2""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PackageSource:
    """
    A package of QTI 2.x as a source of imports.

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
        return read_for_plans(partial(_tree, self.path, self.limits))

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        top = folder_of((path for path, _chunks in files_of(self.path, self.limits)), MANIFEST, self.name)

        def names_of(member: str) -> Iterable[str]:
            return (member.removeprefix(top),) if member.startswith(top) else ()

        return read_files(self.path, self.limits, paths, names_of, archive=self.name)


def is_package(path: Path) -> bool:
    """Return whether a file is a ``.zip`` whose manifest names items or tests of QTI 2.x."""
    head = manifest_head(path)
    return _ITEM.encode() in head or _TEST.encode() in head


def _tree(path: Path, limits: Limits) -> OlxTree:
    package = read_package(path, limits, main=MANIFEST, is_text=lambda name: name.lower().endswith(".xml"))
    root = xml.parse(package.texts[MANIFEST], MANIFEST)
    reader = _Reader(package)
    resources = list(xml.descendants(root, "resource"))[: limits.blocks]
    for resource in resources:
        if xml.attribute(resource, "type").startswith(_ITEM):
            reader.item(resource)
    of_tests = {
        _path(xml.attribute(each, "href")): each
        for each in reversed(resources)
        if xml.attribute(each, "type").startswith(_TEST)
    }
    tests = [reader.test(each) for each in reversed(of_tests.values())]
    units = [block for test in tests for block in test]
    in_tests = {id(block) for unit in units for block in unit.walk()}
    loose = [block for block in reader.items.values() if id(block) not in in_tests]
    title = next((xml.text(each) for each in xml.descendants(root, "title") if xml.text(each)), "") or path.stem
    if not tests:
        reader.make.collect("items", title, loose)
    return reader.make.tree(
        ("qti", xml.attribute(root, "identifier") or path.stem, "qti"),
        title,
        [*units, *loose],
        limits=limits,
        static_files=tuple(file for name, file in sorted(package.files.items()) if name not in package.texts),
    )


@dataclass(slots=True)
class _Reader:
    """Makes blocks of items. ``items`` maps the paths of items to their blocks."""

    package: Package
    make: BlockMaker = field(default_factory=BlockMaker)
    items: dict[str, OlxBlock] = field(default_factory=dict)

    def item(self, resource: etree._Element) -> None:
        identifier = xml.attribute(resource, "identifier")
        path = _path(xml.attribute(resource, "href"))
        if path in self.items:
            return
        if path not in self.package.texts:
            reason = _("The package does not hold the file “%(file)s” of this resource.") % {"file": path}
            self.items[path or identifier] = self.make.left_out("resource", identifier, path or identifier, reason)
            return
        try:
            root = xml.parse(self.package.texts[path], path)
        except xml.UNREADABLE as error:
            self.items[path] = self.make.broken("problem", identifier or path, path, error)
            return
        rewrite = partial(_rewritten, folder=posixpath.dirname(path), files=self.package.files)
        question = question_of(root, rewrite, fallback=identifier or path)
        self.items[path] = self.make.question(
            replace(question, identifier=identifier or question.identifier), path=path
        )

    def test(self, resource: etree._Element) -> list[OlxBlock]:
        """Return the unit of a test, and make its collection."""
        identifier = xml.attribute(resource, "identifier")
        path = _path(xml.attribute(resource, "href"))
        try:
            root = xml.parse(self.package.texts.get(path, b""), path)
        except xml.UNREADABLE as error:
            return [self.make.broken("resource", identifier, path or identifier, error)]
        title = xml.attribute(root, "title") or identifier
        folder = posixpath.dirname(path)
        paths = [
            _path(posixpath.join(folder, unquote(xml.attribute(each, "href"))))
            for each in xml.descendants(root, "assessmentItemRef")
        ]
        blocks = [self.items[each] for each in dict.fromkeys(paths) if each in self.items]
        self.make.collect(identifier, title, blocks)
        missing = [each for each in paths if each not in self.items]
        reason = _("The package does not hold the file “%(file)s” of this resource.")
        lost = [
            self.make.left_out("resource", f"{identifier}-{each}", each, reason % {"file": each}) for each in missing
        ]
        return [self.make.container(UNIT, identifier, title, [*blocks, *lost])]


def _path(href: str) -> str:
    return posixpath.normpath(unquote(href)) if href else ""


def _rewritten(text: str, *, folder: str, files: Mapping[str, StaticFile]) -> str:
    """Replace the links in a text by links to static files of the package."""

    def replaced(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(folder, unquote(unescape(found[3]))))
        return f"{found[1]}{found[2]}/static/{escape(quote(path))}{found[2]}" if path in files else found[0]

    return _LINK.sub(replaced, text)
