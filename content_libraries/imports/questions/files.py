"""Reads question files as trees of courses: Moodle's XML, GIFT, and problems in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from ...olx.api import ArchiveTooLargeError, Limits, MissingFileError, NotACourseError, OlxTree, StaticFile
from . import xml
from .banks import Banks
from .gift import read_gift
from .markdown import read_markdown
from .moodle_xml import MoodleXmlReader
from .packages import read_for_plans, read_text_file
from .static_files import StaticFiles

type _Read = Callable[[bytes, str, str], tuple[Banks, StaticFiles]]
"""A function that reads content, with the name and the title of its file."""


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """
    A file of questions as a source of imports. Its key is made from its name, so that repeated imports recognize it.

    Args:
        path: path of the file.
        limits: limits for reading it.
        format_name: a key of ``READERS``.
        file_name: the name that its owner knows, if the path has another one.
    """

    path: Path
    limits: Limits
    format_name: str
    file_name: str = ""

    @property
    def name(self) -> str:
        return self.file_name or self.path.name

    def named(self, file_name: str) -> QuestionFile:
        """Return the same file under the name that its owner knows."""
        return replace(self, file_name=file_name)

    def tree(self) -> OlxTree:
        """Read all questions. Raises OlxError."""
        return read_for_plans(partial(self._tree))

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        _banks, static = self._read()
        for path in sorted(set(paths)):
            if path not in static.contents:
                raise MissingFileError(
                    _("%(archive)s holds no file %(file)s: upload it again.") % {"archive": self.name, "file": path},
                    path,
                )
            yield static.files[path], static.contents[path]

    def _tree(self) -> OlxTree:
        banks, static = self._read()
        if not banks.blocks:
            raise NotACourseError(
                _("%(file)s holds no questions in the format that its name stands for.") % {"file": self.name},
                self.name,
            )
        if len(banks.blocks) > self.limits.blocks:
            raise ArchiveTooLargeError(
                _("%(file)s has more than %(limit)s questions: split it.")
                % {"file": self.name, "limit": f"{self.limits.blocks:,}"},
                self.name,
            )
        banks.collect()
        title = self._title()
        key = ("questions", title, self.format_name)
        return banks.make.tree(key, title, banks.blocks, limits=self.limits, static_files=static.all())

    def _read(self) -> tuple[Banks, StaticFiles]:
        data = read_text_file(self.path, self.limits)
        return READERS[self.format_name](data, self.name, self._title())

    def _title(self) -> str:
        return self.name.rpartition("/")[-1].rpartition(".")[0] or self.name


def _read_moodle_xml(data: bytes, name: str, _title: str) -> tuple[Banks, StaticFiles]:
    root = xml.parse(data, name)
    if xml.name(root) != "quiz":
        raise NotACourseError(
            _("%(file)s holds a <%(tag)s>. Of XML files, Moodle's questions (<quiz>) can be imported.")
            % {"file": name, "tag": xml.name(root)},
            name,
        )
    reader = MoodleXmlReader(name)
    reader.read(root)
    return reader.banks, reader.static


def _read_gift(data: bytes, name: str, _title: str) -> tuple[Banks, StaticFiles]:
    banks = Banks()
    read_gift(xml.xml_text(data, name), banks, path=name)
    return banks, StaticFiles()


def _read_markdown(data: bytes, name: str, title: str) -> tuple[Banks, StaticFiles]:
    banks = Banks()
    read_markdown(xml.xml_text(data, name), banks, title=title, path=name)
    return banks, StaticFiles()


READERS: Final[Mapping[str, _Read]] = {
    "gift": _read_gift,
    "markdown": _read_markdown,
    "moodle-xml": _read_moodle_xml,
}
"""Name of a format -> the function that reads it."""
