"""The parts of a sync plan while it is being made."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...courses.api import Change, CourseStructure
from ..data import Attention, Conflict, SyncAction, SyncReason, SyncStep
from .matching import Place


@dataclass(slots=True)
class PlanParts:
    """
    The plan so far.

    Args:
        structure: the course before the sync.
        byte_sources: digest of a new file -> pk of the learning package that has it.
        tag_sources: usage key -> key of the library item whose tags it gets.
        new_files, conflicting_files: paths of files of the course, in the order of the plan.
    """

    structure: CourseStructure
    steps: list[SyncStep] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    attention: list[Attention] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    byte_sources: dict[str, int] = field(default_factory=dict)
    tag_sources: dict[str, str] = field(default_factory=dict)
    new_files: dict[str, None] = field(default_factory=dict)
    conflicting_files: dict[str, None] = field(default_factory=dict)

    def add_step(self, action: SyncAction, reason: SyncReason, place: Place, **detail: object) -> None:
        """Add a step about the block of a place."""
        block = self.structure.blocks.get(place.usage_key)
        title = place.item.title if block is None else block.title
        self.steps.append(
            SyncStep(action, reason, place.usage_key, title, str(place.item.key), place.item.title, detail)
        )
