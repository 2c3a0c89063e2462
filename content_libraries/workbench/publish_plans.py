"""Prepares publish previews for pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..history import api as history
from ..history.api import PreviewItem, PublishChange, PublishPreview
from .components import PlanCount, PlanRow, Tone

MOST_NAMED = 3
"""How many containers and authors a row names."""

_TONES = {
    PublishChange.CREATED: Tone.GOOD,
    PublishChange.CHANGED: Tone.INFO,
    PublishChange.DELETED: Tone.BAD,
}


def publish_counts(preview: PublishPreview) -> tuple[PlanCount, ...]:
    """Return the figures above a preview."""
    counts = [
        PlanCount(preview.counts[change], str(name), _TONES.get(change, Tone.NEUTRAL))
        for change, name in history.PUBLISH_CHANGE_NAMES.items()
        if preview.counts[change]
    ]
    if preview.left_out_count:
        words = ngettext("stays a draft", "stay drafts", preview.left_out_count)
        counts.append(PlanCount(preview.left_out_count, words, Tone.NEUTRAL))
    return tuple(counts)


def publish_rows(items: Iterable[PreviewItem]) -> list[PlanRow]:
    """Return a row for each item: what would happen, and why; whose drafts go out."""
    return [
        PlanRow(
            title=item.title,
            kind=item.item_type,
            outcome=str(history.PUBLISH_CHANGE_NAMES[item.change]),
            reason="; ".join(_reasons(item)),
            tone=_TONES.get(item.change, Tone.NEUTRAL),
        )
        for item in items
    ]


def others_in_words(preview: PublishPreview, most: int = 20) -> Sequence[str]:
    """Name the other users whose unpublished changes would go out, and when they made the last one."""
    return [
        _("%(user)s, last change on %(when)s")
        % {"user": author.username, "when": date_format(localtime(author.changed_at), "DATETIME_FORMAT")}
        for author in preview.others[:most]
    ]


def _reasons(item: PreviewItem) -> Iterable[str]:
    if item.reason is not history.PublishReason.ASKED_FOR:
        yield str(history.PUBLISH_REASON_NAMES[item.reason])
    if item.needed_by:
        yield _("in %s") % ", ".join(str(key) for key in item.needed_by[:MOST_NAMED])
    names = [author.username for author in item.authors if author.username is not None]
    if names:
        yield _("by %s") % ", ".join(names[:MOST_NAMED])
