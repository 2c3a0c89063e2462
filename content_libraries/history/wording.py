"""Says in one sentence what a change set did, in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..learning_core.data import ChangeKind, ChangeSetFigures, ChangeSetLog


def summary_of(log: ChangeSetLog, figures: ChangeSetFigures) -> str:
    """Summarize a change set."""
    if figures.subjects == 1 and log.job_uuid is None:
        text = _of_one_item(log.kind, figures)
        if text is not None:
            return text % {"title": figures.title}
    text = _SUMMARIES[log.kind](figures.subjects)
    return text % {"count": figures.subjects, "source": log.source_key or _("an unknown source")}


def _of_one_item(kind: ChangeKind, figures: ChangeSetFigures) -> str | None:
    """Return the format string for a set about one item; None if the kind has none."""
    if kind is ChangeKind.PUBLISH:
        return _("Published “%(title)s”")
    if kind is ChangeKind.RESTORE:
        return _("Restored “%(title)s”")
    if kind is not ChangeKind.EDIT:
        return None
    if figures.created:
        return _("Created “%(title)s”")
    return _("Deleted “%(title)s”") if figures.deleted else _("Edited “%(title)s”")


_SUMMARIES: dict[ChangeKind, Callable[[int], str]] = {
    ChangeKind.EDIT: lambda count: ngettext("Edited %(count)s item", "Edited %(count)s items", count),
    ChangeKind.IMPORT: lambda count: ngettext(
        "Imported %(count)s item from %(source)s", "Imported %(count)s items from %(source)s", count
    ),
    ChangeKind.SYNC: lambda count: ngettext(
        "Synced %(count)s block with the library", "Synced %(count)s blocks with the library", count
    ),
    ChangeKind.CONVERT: lambda count: ngettext(
        "Converted blocks of a legacy library: %(count)s change",
        "Converted blocks of a legacy library: %(count)s changes",
        count,
    ),
    ChangeKind.PASTE: lambda count: ngettext(
        "Pasted %(count)s item from %(source)s", "Pasted %(count)s items from %(source)s", count
    ),
    ChangeKind.RESTORE: lambda count: ngettext("Restored %(count)s item", "Restored %(count)s items", count),
    ChangeKind.DISCARD: lambda count: ngettext(
        "Discarded the changes of %(count)s item", "Discarded the changes of %(count)s items", count
    ),
    ChangeKind.UNDO: lambda count: ngettext("Undid %(count)s change", "Undid %(count)s changes", count),
    ChangeKind.PUBLISH: lambda count: ngettext("Published %(count)s item", "Published %(count)s items", count),
    ChangeKind.BULK_EDIT: lambda count: ngettext(
        "Edited %(count)s item in bulk", "Edited %(count)s items in bulk", count
    ),
    ChangeKind.TEMPLATE: lambda count: ngettext(
        "Made %(count)s item from the template %(source)s", "Made %(count)s items from the template %(source)s", count
    ),
}
"""Kind -> the format string for a number of items."""
