"""Courses for tests."""

from __future__ import annotations

from pathlib import Path

from opaque_keys.edx.keys import CourseKey, UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR

COURSE_KEY = api.course_key("course-v1:Org+Course+Run")


def key(block_type: str, block_id: str, course_key: CourseKey = COURSE_KEY) -> UsageKey:
    usage_key: UsageKey = course_key.make_usage_key(block_type, block_id)
    return usage_key


ROOT, SECTION, SUBSECTION = key("course", "course"), key("chapter", "sec"), key("sequential", "sub")
UNIT, PROBLEM, TEXT = key("vertical", "unit"), key("problem", "p"), key("html", "t")


def make_course(course_key: CourseKey = COURSE_KEY, *, problems: int = 1) -> CourseKey:
    """A course of one unit with a text and problems (``p``, ``p1``, ``p2`` …), nothing published."""
    root, section = key("course", "course", course_key), key("chapter", "sec", course_key)
    subsection, unit = key("sequential", "sub", course_key), key("vertical", "unit", course_key)
    api.create_course(course_key, user=OPERATOR, display_name="A course")
    changes: list[api.Change] = [
        api.CreateBlock(section, '<chapter display_name="A section"/>', parent=root),
        api.CreateBlock(subsection, "<sequential/>", parent=section),
        api.CreateBlock(unit, '<vertical display_name="A unit"/>', parent=subsection),
        api.CreateBlock(key("html", "t", course_key), "<html><![CDATA[Hi]]></html>", parent=unit),
    ]
    for number in range(problems):
        problem = key("problem", f"p{number or ''}", course_key)
        changes.append(api.CreateBlock(problem, '<problem display_name="P"/>', parent=unit))
    api.apply_course_plan(course_key, api.CoursePlan(tuple(changes)), user=OPERATOR)
    return course_key


def folder_of(path: Path, files: dict[str, str]) -> Path:
    """An OLX folder with these files."""
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content)
    return path
