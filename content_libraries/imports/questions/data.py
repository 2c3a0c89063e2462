"""Data classes of questions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """
    A question of another platform.

    Args:
        identifier: identifies it in its source.
        title: its title.
        problem: the content of the ``<problem>`` element; "" if it becomes no problem.
        text: HTML of a question that becomes a text; "" for others.
        reason: the reason why it becomes no problem, or a note about the problem; "" without a note.
        markdown: the Markdown of a problem that is written in Markdown; "" for others.
    """

    identifier: str
    title: str
    problem: str = ""
    text: str = ""
    reason: str = ""
    markdown: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """
    An answer to choose.

    Args:
        text: HTML.
        share: the part of the points that it gives: 1 for a right answer, 0 for a wrong one.
        feedback: HTML that learners see if they choose it.
    """

    text: str
    share: float = 0
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap for a word. ``label`` is HTML; one of ``answers`` is right."""

    label: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """A list to select from. ``label`` and ``options`` are HTML; ``right`` is one of the options."""

    label: str
    options: tuple[str, ...]
    right: str


@dataclass(frozen=True, slots=True)
class Range:
    """
    A range of right numbers, as the source writes it: ``number`` with a tolerance, or from ``low`` to ``high``.

    ``excludes`` names the ends of the range that are not right themselves: "low", "high" or both.
    """

    number: str = ""
    tolerance: str = ""
    low: str = ""
    high: str = ""
    excludes: tuple[str, ...] = ()


class NoCounterpartError(Exception):
    """A question cannot become a problem without changing what it asks. ``reason`` is a sentence for the author."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
