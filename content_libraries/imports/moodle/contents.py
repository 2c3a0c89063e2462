"""Reads the contents of a backup: its course, its sections, and the activities in the sections."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ...olx.api import ArchiveTooLargeError, Limits, NotACourseError
from ..questions import xml

MAIN = "moodle_backup.xml"
_NULL = "$@NULL@$"
_SUBSECTION = "mod_subsection"


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity or a resource of a course: ``kind`` is the name of its module, for example ``page``."""

    module_id: str
    section_id: str
    kind: str
    title: str
    folder: str


@dataclass(frozen=True, slots=True)
class Section:
    """
    A section of a course.

    Args:
        sequence: the ids of its activities, in order.
        subsection: id of the instance of the activity that shows this section inside of another section; "" for a
            section at the top.
    """

    section_id: str
    title: str
    summary: str
    sequence: tuple[str, ...]
    subsection: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a backup. ``identifier`` is the same for all backups of a course."""

    identifier: str
    title: str
    sections: tuple[Section, ...]
    activities: Mapping[str, Activity]


def read_contents(texts: Mapping[str, bytes], limits: Limits) -> Contents:
    """Read the contents of a backup. Raises OlxError if its main file cannot be read."""
    root = xml.parse(texts[MAIN], MAIN)
    information = xml.first(root, "information")
    if information is None:
        raise NotACourseError(_("%(file)s describes no backup: export the course again.") % {"file": MAIN}, MAIN)
    activities = {
        activity.module_id: activity
        for element in xml.children(xml.first(information, "contents", "activities"), "activity")
        if (
            activity := Activity(
                xml.text(element, "moduleid"),
                xml.text(element, "sectionid"),
                xml.text(element, "modulename"),
                value(xml.text(element, "title")),
                xml.text(element, "directory").strip("/"),
            )
        )
    }
    if len(activities) > limits.blocks:
        raise ArchiveTooLargeError(
            _("%(path)s has more than %(limit)s items: split the course.")
            % {"path": MAIN, "limit": f"{limits.blocks:,}"},
            MAIN,
        )
    unread = dict(texts)
    sections = [
        _section(unread, xml.text(element, "sectionid"), xml.text(element, "title"), xml.text(element, "directory"))
        for element in xml.children(xml.first(information, "contents", "sections"), "section")
    ]
    site = xml.text(information, "original_site_identifier_hash") or xml.text(information, "original_wwwroot")
    digest = hashlib.blake2b(site.encode(), digest_size=4).hexdigest()
    return Contents(
        identifier=f"{digest}-{xml.text(information, 'original_course_id') or '0'}",
        title=value(xml.text(information, "original_course_fullname")),
        sections=tuple(sections),
        activities=activities,
    )


def _section(unread: dict[str, bytes], section_id: str, number: str, folder: str) -> Section:
    """Read a section. Each section has a file of its own, which is read once."""
    path = f"{folder.strip('/')}/section.xml"
    named = _("Section %(number)s") % {"number": number} if number.isdigit() else number or section_id
    try:
        root = xml.parse(unread.pop(path, b"<section/>"), path)
    except xml.UNREADABLE:
        return Section(section_id, named, "", ())
    title = value(xml.text(root, "name")) or named
    sequence = tuple(each.strip() for each in value(xml.text(root, "sequence")).split(",") if each.strip())
    is_subsection = xml.text(root, "component") == _SUBSECTION
    return Section(
        section_id, title, value(xml.text(root, "summary")), sequence, xml.text(root, "itemid") if is_subsection else ""
    )


def value(text: str) -> str:
    """Return a value of a backup; "" for the mark that Moodle writes for a missing value."""
    return "" if text == _NULL else text
