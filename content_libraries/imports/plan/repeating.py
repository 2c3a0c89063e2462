"""
Recognizes repeated imports, and doubts those that may be imports of another course.

Many exports have the same run, such as "course". So two courses can have one key, and the second one looks like a
repeat of the first. An import that skips what was imported before would then bring nothing of the second course.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar

from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import CourseLocator

from ...errors import InvalidInputError
from ...keys import CourseKey
from ...olx.api import CONTAINER_TAGS
from ..data import Action, ImportOptions, ImportPlan, OnRepeat, PlannedBlock, Repeat
from ..report import question_of
from .library_facts import LibraryFacts


class RepeatInDoubtError(InvalidInputError):
    """A source is so different from its last import that it may be another course of the same key."""

    code: ClassVar[str] = "repeat_in_doubt"

    def __init__(self, question: str) -> None:
        super().__init__(question, field="confirm_repeat", as_list=True)


def repeat_of(
    source_key: CourseKey,
    facts: LibraryFacts,
    blocks: Sequence[PlannedBlock],
    fingerprints: Mapping[str, str],
    options: ImportOptions,
) -> Repeat | None:
    """
    Compare a plan with the last import of its source; None if the source was not imported into the library before.

    Args:
        fingerprints: usage key -> digest of the block's content in the source.
    """
    if facts.last_import is None:
        return None
    known = {**(facts.fingerprints or {}), **facts.written_fingerprints}
    skipped = [
        key
        for block in blocks
        if block.action == Action.SKIP and known.get(key := str(block.source_key)) not in {None, fingerprints.get(key)}
    ]
    compared = _compared(blocks, known)
    odd = {*skipped, *(key for key in compared if key not in known)} & compared
    is_skipping = options.on_repeat == OnRepeat.SKIP and isinstance(source_key, CourseLocator)
    return Repeat(
        finished=facts.last_import.finished,
        file_name=facts.last_import.file_name,
        skipped=tuple(skipped),
        compared=len(compared),
        odd=len(odd),
        is_doubtful=is_skipping and 2 * len(odd) > len(compared),
    )


def refuse_doubtful(plan: ImportPlan, *, is_confirmed: bool) -> None:
    """Raise RepeatInDoubtError if somebody has to confirm that a plan repeats an import of the same course."""
    if plan.asks and not is_confirmed:
        raise RepeatInDoubtError(question_of(plan))


def _compared(blocks: Collection[PlannedBlock], known: Iterable[str]) -> set[str]:
    """
    Return the usage keys of the components that would be skipped or made.

    Without such components, and if earlier imports brought none, containers count too. Then the first import may have
    brought only the outline, because the components are drafts or could not be read.

    Args:
        known: usage keys of the blocks of earlier imports.
    """
    counted = [block for block in blocks if block.action in {Action.SKIP, Action.CREATE, Action.RESTORE}]
    components = {str(block.source_key) for block in counted if not block.is_container}
    if components and not all(UsageKey.from_string(key).block_type in CONTAINER_TAGS for key in known):
        return components
    return {str(block.source_key) for block in counted}
