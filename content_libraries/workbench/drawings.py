"""Drawings of figures: shapes for inline SVG, and the words that say the same. Templates are in ``drawings``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..history.api import PublishFigures, Week

WIDTH: Final = 600
HEIGHT: Final = 90
BAR_HEIGHT: Final = 20
_GAP: Final = 0.2
"""The part of a column that is empty."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle. ``look`` names its color; ``label`` says what it stands for."""

    x: float
    y: float
    width: float
    height: float
    look: str
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """
    A drawing and its text equivalent.

    Args:
        id: the id of the element.
        title: says what is drawn.
        summary: the figures in one sentence, for who does not see the drawing.
        boxes: the shapes.
        columns, rows: the same figures as a table.
        legend: looks with their names.
    """

    id: str
    title: str
    summary: str
    width: int
    height: int
    boxes: Sequence[Box]
    columns: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    legend: Sequence[tuple[str, str]]


def draw_activity(weeks: Sequence[Week]) -> Drawing:
    """Draw a column for each week: changes, and publishes on top of them."""
    highest = max((week.edits + week.publishes for week in weeks), default=0) or 1
    column = WIDTH / (len(weeks) or 1)
    boxes = []
    rows = []
    for number, week in enumerate(weeks):
        name = date_format(week.start, "SHORT_DATE_FORMAT")
        x, width = round(column * (number + _GAP / 2), 2), round(column * (1 - _GAP), 2)
        edits, publishes = (round(HEIGHT * count / highest, 2) for count in (week.edits, week.publishes))
        words = _("Week of %(day)s: %(edits)s changes, %(publishes)s publishes") % {
            "day": name,
            "edits": week.edits,
            "publishes": week.publishes,
        }
        boxes.append(Box(x, round(HEIGHT - edits, 2), width, edits, "changes", words))
        boxes.append(Box(x, round(HEIGHT - edits - publishes, 2), width, publishes, "publishes", words))
        rows.append((name, week.edits, week.publishes))
    summary = _("%(edits)s changes and %(publishes)s publishes in %(weeks)s weeks") % {
        "edits": sum(week.edits for week in weeks),
        "publishes": sum(week.publishes for week in weeks),
        "weeks": len(weeks),
    }
    return Drawing(
        id="activity",
        title=_("Activity by week"),
        summary=summary,
        width=WIDTH,
        height=HEIGHT,
        boxes=[box for box in boxes if box.height],
        columns=(_("Week of"), _("Changes"), _("Publishes")),
        rows=rows,
        legend=(("changes", _("Changes")), ("publishes", _("Publishes"))),
    )


def draw_publish_state(figures: PublishFigures) -> Drawing:
    """Draw one bar, divided by how far the items of a library are published."""
    parts = (
        ("published", _("Published"), figures.unchanged),
        ("changed", _("Changed since"), figures.changed),
        ("new", _("Not published yet"), figures.new),
        ("deleted", _("Deleted, still published"), figures.deleted),
    )
    total = sum(count for _look, _name, count in parts) or 1
    boxes = []
    x = 0.0
    for look, name, count in parts:
        width = WIDTH * count / total
        if count:
            boxes.append(Box(round(x, 2), 0, round(width, 2), BAR_HEIGHT, look, f"{name}: {count}"))
        x += width
    return Drawing(
        id="publish-state",
        title=_("What is published"),
        summary=", ".join(f"{name}: {count}" for _look, name, count in parts),
        width=WIDTH,
        height=BAR_HEIGHT,
        boxes=boxes,
        columns=(_("State"), _("Items")),
        rows=[(name, count) for _look, name, count in parts],
        legend=[(look, name) for look, name, _count in parts],
    )
