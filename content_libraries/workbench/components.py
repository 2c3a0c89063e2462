"""
Data of the components that pages are made of.

Each class belongs to the template of its name in ``components``. Texts are ready for users, in their language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a state feels to the user. Each is a color, and pages always tell the state in words, too."""

    NEUTRAL = "neutral"
    GOOD = "success"
    INFO = "info"
    WARNING = "warning"
    BAD = "error"


@dataclass(frozen=True, slots=True)
class TreeNode:
    """
    A node of ``tree.html``.

    Args:
        label: its name.
        url: its page; "" for none.
        kind: its type.
        note: a short remark.
        children: the nodes below it.
        is_open: whether the nodes below it are shown at first.
    """

    label: str
    url: str = ""
    kind: str = ""
    note: str = ""
    children: tuple[TreeNode, ...] = ()
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class PlanCount:
    """A figure above a plan, such as “3 are created”."""

    number: int
    label: str
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class PlanRow:
    """An item of a plan, and what happens to it."""

    title: str
    outcome: str
    kind: str = ""
    reason: str = ""
    url: str = ""
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change would do: figures, and the first items. ``hidden_rows`` counts the items that are not shown."""

    counts: tuple[PlanCount, ...] = ()
    rows: tuple[PlanRow, ...] = ()
    hidden_rows: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """
    The progress of a job, for ``progress.html``.

    Args:
        id: the id of the element that htmx replaces.
        url: the URL that returns the part anew.
        label: what is being done.
        state: the state of the job.
        done, total: steps.
        is_finished: whether the job has ended.
        step: what the job does now.
        error: why the job failed.
    """

    id: str
    url: str
    label: str
    state: str
    done: int
    total: int
    is_finished: bool
    step: str = ""
    error: str = ""
    tone: Tone = Tone.NEUTRAL
