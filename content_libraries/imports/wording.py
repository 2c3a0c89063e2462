"""What the report of an import says, line by line, for those who read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.template.defaultfilters import filesizeformat, pluralize
from opaque_keys.edx.locator import LibraryLocator

type Report = Mapping[str, Any]


def report_lines(report: Report) -> Iterator[str]:
    """Say what a report has to say besides its counts; nothing where there is nothing to say. See ``plan_report``."""
    for row in (*report["unsupported"], *report["notes"]):
        yield f"{row['type']} “{row['title']}”: {row['reason']}"
    yield from _since_the_last_import(report)
    for row in report["collisions"]:
        yield f"{row['type']} “{row['title']}” gets the ID “{row['code']}”, as “{row['wanted']}” is taken."
    if report["taken_titles"]:
        yield f"New items with the title of another item: {_listed(report['taken_titles'])}."
    yield from _what_comes_along(report)
    yield from _what_does_not(report)


def _since_the_last_import(report: Report) -> Iterator[str]:
    for what, keys in (report["source_changes"] or {}).items():
        yield f"{what.capitalize()} in the source since the last import: {_listed(keys) or 'nothing'}."
    if report["edited_targets"]:
        yield f"Edited in the library since the last import: {_listed(report['edited_targets'])}."
    for key, refs in report["leaving"].items():
        yield f"These leave {key}, and stay in the library: {_listed(refs)}."


def _what_comes_along(report: Report) -> Iterator[str]:
    files, tags, collection = report["static_files"], report["tags"]["given"], report["collection"]
    if files["count"]:
        yield f"Static files: {files['count']} ({filesizeformat(files['bytes'])})."
    if tags:
        yield f"Tags: {tags}."
    if report["settings"]:
        settings = ", ".join(f"{name} ({count})" for name, count in report["settings"].items())
        yield f"Settings that only matter in courses, and are kept: {settings}."
    if collection:
        yield f"Collection: {'new, ' if collection['is_new'] else ''}{collection['title'] or collection['code']}."
    if report["forwards"]:
        yield f"References to {report['source']} lead to {report['library']} from now on{_frozen(report['source'])}."


def _what_does_not(report: Report) -> Iterator[str]:
    for tag in report["tags"]["left_out"]:
        blocks = f"{tag['blocks']} block{pluralize(tag['blocks'])}"
        yield f"tag {tag['taxonomy']}: {tag['value']}, on {blocks}: {tag['reason']}"
    if report["unused_files"]:
        yield f"Files that nothing refers to, and that do not come: {_listed(report['unused_files'])}."
    if report["drafts_left_out"]:
        yield f"Drafts of the archive that are not read: {report['drafts_left_out']}."
    if report["unknown"]:
        yield f"Not in the source: {_listed(report['unknown'])}."
    size = report["size"]
    if size["is_exceeded"]:
        yield f"The library may have {size['limit']} items. It has {size['live']}, and {size['coming']} would come."


def _frozen(source: str) -> str:
    return ", and it is read-only" if source.startswith(LibraryLocator.CANONICAL_NAMESPACE) else ""


def _listed(names: list[str]) -> str:
    return ", ".join(names)
