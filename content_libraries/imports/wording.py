"""Puts reports of imports into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy, pgettext_lazy
from opaque_keys.edx.locator import LibraryLocator

from ..translation import LazyText
from .jobs.requests import CANCELED_TEXT

type Report = Mapping[str, Any]

_SOURCE_CHANGES: Final[Mapping[str, LazyText]] = {
    "added": gettext_lazy("Added in the source since the last import: %(blocks)s."),
    "changed": gettext_lazy("Changed in the source since the last import: %(blocks)s."),
    "removed": gettext_lazy("Removed in the source since the last import: %(blocks)s."),
}

# With a context, because some model fields have the same names, and other languages need another form for a number.
_OUTCOMES: Final[Mapping[str, LazyText]] = {
    "create": pgettext_lazy("number of blocks", "created"),
    "update": pgettext_lazy("number of blocks", "updated"),
    "restore": pgettext_lazy("number of blocks", "restored"),
    "fork": pgettext_lazy("number of blocks", "copied anew"),
    "keep": pgettext_lazy("number of blocks", "unchanged"),
    "skip": pgettext_lazy("number of blocks", "skipped"),
    "unsupported": pgettext_lazy("number of blocks", "not imported"),
    "failed": pgettext_lazy("number of blocks", "not readable"),
    "dissolve": pgettext_lazy("number of blocks", "taken apart"),
}

_KINDS: Final[Mapping[str, LazyText]] = {
    "sections": ngettext_lazy("%(count)d section", "%(count)d sections", "count"),
    "subsections": ngettext_lazy("%(count)d subsection", "%(count)d subsections", "count"),
    "units": ngettext_lazy("%(count)d unit", "%(count)d units", "count"),
    "components": ngettext_lazy("%(count)d component", "%(count)d components", "count"),
}

_MOST_NAMES: Final = 10
"""How many names people read in a line."""


def kinds_in_words(counts: Mapping[str, int]) -> str:
    """Return how many items of each kind there are, in words, such as "1 unit, 2 components"; "" without items."""
    return ", ".join(str(words % {"count": counts[kind]}) for kind, words in _KINDS.items() if counts.get(kind))


def outcomes_in_words(actions: Mapping[str, int]) -> tuple[tuple[int, str], ...]:
    """Return for each action that occurs the number of blocks and the word for the outcome."""
    return tuple((actions[action], str(words)) for action, words in _OUTCOMES.items() if actions.get(action))


def unreadable_in_words(count: int) -> str:
    """Return in words how many blocks of a source cannot be read; "" for none."""
    text = ngettext(
        "%(count)s block of the source cannot be read. Correct it, and import the source again.",
        "%(count)s blocks of the source cannot be read. Correct them, and import the source again.",
        count,
    )
    return text % {"count": count} if count else ""


def error_in_words(error: str) -> str:
    """Return the translated ``ModulestoreMigration.error``: why a source was not imported."""
    return _(CANCELED_TEXT) if error == CANCELED_TEXT else error


def report_lines(report: Report) -> Iterator[str]:
    """
    Yield lines for a terminal with the entries of a report, apart from its counts. Empty entries give no line.

    See ``plan_report`` for the entries.
    """
    for row in (*report["failed"], *report["unsupported"], *report["notes"]):
        yield f"{row['type']} “{row['title']}”: {row['reason']}"
    yield from report["source_notes"]
    yield from _lines_on_changes(report)
    for row in report["collisions"]:
        yield _("%(type)s “%(title)s” gets the ID “%(code)s”, as “%(wanted)s” is taken.") % row
    if report["taken_titles"]:
        yield _("New items with the title of another item: %(items)s.") % {"items": _listed(report["taken_titles"])}
    yield from _lines_on_imported_parts(report)
    yield from _lines_on_left_out_parts(report)


def repeat_in_words(report: Report) -> Iterator[str]:
    """Yield sentences about the import that an import repeats. Reports of earlier versions have none."""
    repeat = report.get("repeat")
    if not repeat:
        return
    text = _("This repeats the import of %(source)s on %(date)s from %(file)s.")
    values = {"source": report["source"], "date": repeat["finished"][:10]}
    yield text % {**values, "file": repeat["file_name"] or report["source"]}
    if repeat["skipped"]:
        text = ngettext(
            "%(count)s block is skipped though the source differs: %(blocks)s. To import it, give the source another"
            " key, or choose update or fork.",
            "%(count)s blocks are skipped though the source differs: %(blocks)s. To import them, give the source"
            " another key, or choose update or fork.",
            len(repeat["skipped"]),
        )
        yield text % {"count": len(repeat["skipped"]), "blocks": _listed(repeat["skipped"])}


def _lines_on_changes(report: Report) -> Iterator[str]:
    yield from repeat_in_words(report)
    if report.get("question"):
        yield report["question"]
    for what, keys in (report["source_changes"] or {}).items():
        yield str(_SOURCE_CHANGES[what] % {"blocks": _listed(keys) or _("nothing")})
    if report["edited_targets"]:
        yield _("Edited in the library since the last import: %(items)s.") % {
            "items": _listed(report["edited_targets"])
        }
    for key, refs in report["leaving"].items():
        yield _("These leave %(container)s, and stay in the library: %(items)s.") % {
            "container": key,
            "items": _listed(refs),
        }


def _lines_on_imported_parts(report: Report) -> Iterator[str]:
    files, tags, collection = report["static_files"], report["tags"]["given"], report["collection"]
    if files["count"]:
        yield _("Static files: %(count)s (%(size)s).") % {
            "count": files["count"],
            "size": filesizeformat(files["bytes"]),
        }
    if tags:
        yield _("Tags: %(count)s.") % {"count": tags}
    if report["settings"]:
        settings = ", ".join(f"{name} ({count})" for name, count in report["settings"].items())
        yield _("Settings that only matter in courses, and are kept: %(settings)s.") % {"settings": settings}
    if collection:
        text = _("Collection: new, %(title)s.") if collection["is_new"] else _("Collection: %(title)s.")
        yield text % {"title": collection["title"] or collection["code"]}
    for group in report.get("collections", ()):  # reports of older imports have none
        yield _("Collection “%(title)s”: %(items)s items.") % group
    if report["forwards"]:
        yield _redirected(report["source"]) % report


def _lines_on_left_out_parts(report: Report) -> Iterator[str]:
    for tag in report["tags"]["left_out"]:
        text = ngettext(
            "tag %(taxonomy)s: %(value)s, on %(blocks)s block: %(reason)s",
            "tag %(taxonomy)s: %(value)s, on %(blocks)s blocks: %(reason)s",
            tag["blocks"],
        )
        yield text % tag
    for key, names in report["missing_files"].items():
        text = _("Files that %(block)s refers to, and that the source does not have: %(files)s.")
        yield text % {"block": key, "files": _listed(names)}
    if report["unused_files"]:
        text = _("Files that nothing refers to, and that do not come: %(files)s.")
        yield text % {"files": _listed(report["unused_files"])}
    if report["drafts_left_out"]:
        yield _("Drafts of the archive that are not read: %(count)s.") % {"count": report["drafts_left_out"]}
    if report["unknown"]:
        yield _("Not in the source: %(blocks)s.") % {"blocks": _listed(report["unknown"])}
    if report["size"]["is_exceeded"]:
        text = _("The library may have %(limit)s items. It has %(live)s, and %(coming)s would come.")
        yield text % report["size"]


def _redirected(source: str) -> str:
    if source.startswith(LibraryLocator.CANONICAL_NAMESPACE):
        return _("References to %(source)s lead to %(library)s from then on, and the legacy library is read-only.")
    return _("References to %(source)s lead to %(library)s from then on.")


def _listed(names: list[str]) -> str:
    """Join the first names of a list, and count the rest."""
    shown, more = ", ".join(names[:_MOST_NAMES]), len(names) - _MOST_NAMES
    return _("%(names)s and %(count)s more") % {"names": shown, "count": more} if more > 0 else shown
