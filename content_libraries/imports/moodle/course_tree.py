"""Reads a backup as the tree of a course."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from ...block_types.api import SECTION, SUBSECTION, UNIT
from ...olx.api import Limits, OlxBlock, OlxTree, StaticFile, files_of
from ..questions import xml
from ..questions.html import plain_text
from ..questions.making import BlockMaker
from ..questions.packages import folder_of, read_files, read_for_plans, read_package
from .activities import ActivityReader
from .bank import QUESTIONS, QuestionBank
from .contents import MAIN, Activity, Contents, Section, read_contents
from .files import FILES, BackupFiles

_TEXTS: Final = (MAIN, FILES, QUESTIONS)
_FOLDERS: Final = ("activities/", "sections/")
_USERS: Final = frozenset(
    {
        "calendar.xml",
        "comments.xml",
        "competencies.xml",
        "grade_history.xml",
        "grades.xml",
        "inforef.xml",
        "logs.xml",
        "logstores.xml",
        "roles.xml",
        "completion.xml",
        "xapistate.xml",
    }
)


@dataclass(frozen=True, slots=True)
class BackupSource:
    """
    A backup of a Moodle course as a source of imports.

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
        return read_for_plans(partial(read_backup, self.path, self.limits))

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        top = folder_of((path for path, _chunks in files_of(self.path, self.limits)), MAIN, self.name)
        package = read_package(self.path, self.limits, main=MAIN, is_text=lambda path: path == f"{top}{FILES}")
        names: dict[str, list[str]] = {}
        for name, path in BackupFiles.read(package.texts, package.files).paths.items():
            names.setdefault(f"{top}{path}", []).append(name)
        return read_files(self.path, self.limits, paths, lambda path: names.get(path, ()), archive=self.name)


def read_backup(path: Path, limits: Limits) -> OlxTree:
    """
    Read a backup. Texts are kept in memory; of other files only path, size and digest.

    Raises OlxError for anything unsafe, damaged or too large, and if its main files cannot be read.
    """
    package = read_package(path, limits, main=MAIN, is_text=_is_text)
    contents = read_contents(package.texts, limits)
    make = BlockMaker()
    broken: list[OlxBlock] = []
    files, bank = BackupFiles(), QuestionBank()
    try:
        files = BackupFiles.read(package.texts, package.files)
        bank = QuestionBank.read(package.texts, files)
    except xml.UNREADABLE as error:
        broken.append(make.broken("file", error.path, error.path, error))
    names = frozenset(f"{each.kind}-{each.module_id}" for each in contents.activities.values())
    reader = ActivityReader(dict(package.texts), files, bank, make=make, names=names)
    outline = _Outline(contents, reader)
    children = [block for section in contents.sections for block in outline.section(section)]
    children += [*outline.rest(), *broken]
    for category in reader.bank.categories:
        blocks = [reader.question(entry) for entry in category.entries]
        reader.make.collect(f"category-{category.identifier}", category.title, blocks)
    shown = {id(block) for child in children for block in child.walk()}
    children += [block for block in reader.asked.values() if id(block) not in shown]
    return reader.make.tree(
        ("moodle", contents.identifier, "mbz"),
        contents.title or path.stem,
        children,
        limits=limits,
        static_files=files.static.all(),
    )


@dataclass(slots=True)
class _Outline:
    """Places each activity once: in its section, or at the top if no section shows it."""

    contents: Contents
    reader: ActivityReader
    _left: dict[str, Activity] = field(init=False)
    _of_section: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _shown_by: defaultdict[str, list[Section]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._left = dict(self.contents.activities)
        for key, activity in self._left.items():
            self._of_section[activity.section_id].append(key)
        for section in self.contents.sections:
            if section.subsection:
                self._shown_by[section.subsection].append(section)

    def section(self, section: Section) -> Iterator[OlxBlock]:
        """Yield the block of a section at the top; no block if the section is empty, or if another section shows it."""
        if section.subsection:
            return
        inside = [*self._summary(section), *self._activities(section, with_subsections=True)]
        if inside:
            yield self.reader.make.container(SECTION, f"section-{section.section_id}", section.title, inside)

    def rest(self) -> Iterator[OlxBlock]:
        """Yield the blocks of activities that no section shows."""
        for activity in list(self._left.values()):
            yield from self.reader.blocks(activity)

    def _activities(self, section: Section, *, with_subsections: bool = False) -> Iterator[OlxBlock]:
        """
        Yield the blocks of the activities of a section: first its sequence, then others that name the section.

        Args:
            with_subsections: include subsections. Neither Moodle nor a course has subsections in a subsection.
        """
        for module_id in (*section.sequence, *self._of_section[section.section_id]):
            activity = self._left.pop(module_id, None)
            if activity is None:
                continue
            if activity.kind == "subsection" and with_subsections:
                yield from self._subsection(activity)
            else:
                yield from self.reader.blocks(activity)

    def _subsection(self, activity: Activity) -> Iterator[OlxBlock]:
        instance = self.reader.instance_of(activity)
        for section in self._shown_by.pop(instance, ()):
            inside = [*self._summary(section), *self._activities(section)]
            if inside:
                identifier = f"section-{section.section_id}"
                yield self.reader.make.container(SUBSECTION, identifier, activity.title or section.title, inside)

    def _summary(self, section: Section) -> Iterator[OlxBlock]:
        if plain_text(section.summary) or "<img" in section.summary:
            identifier = f"summary-{section.section_id}"
            html = self.reader.files.linked_of_item(section.summary, "course", section.section_id)
            text = self.reader.text(identifier, section.title, html, "course", "")
            yield self.reader.make.container(UNIT, identifier, section.title, [text])


def _is_text(path: str) -> bool:
    folder, _slash, name = path.rpartition("/")
    if name in _TEXTS:
        return True
    is_below = any(f"/{each}" in f"/{folder}/" for each in _FOLDERS)
    return is_below and name.endswith(".xml") and name not in _USERS
