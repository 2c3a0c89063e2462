"""What an import says about itself: counts and rows, for terminals and machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .data import MAKING_ACTIONS, Action, ImportPlan, ImportResult, PlannedBlock

KINDS = {"section": "sections", "subsection": "subsections", "unit": "units"}


def plan_report(plan: ImportPlan) -> dict[str, Any]:
    """
    Summarize a plan.

    Returns, JSON-ready: ``counts`` of what the source holds (``sections``, ``subsections``, ``units``,
    ``components``), ``created`` by the same kinds, ``actions`` (how many blocks share a fate), ``by_type`` (fates
    by block type), ``unsupported`` and ``notes`` (usage key, type, title, reason), static files and drafts that are
    left out.
    """
    items = [block for block in plan.blocks if block.action not in {Action.LEAVE_OUT, Action.DISSOLVE}]
    return {
        "source": str(plan.source_key),
        "library": str(plan.library_key),
        "level": plan.options.level.value,
        "on_repeat": plan.options.on_repeat.value,
        "counts": _by_kind(items),
        "created": _by_kind([block for block in items if block.action in MAKING_ACTIONS]),
        "actions": dict(Counter(block.action.value for block in plan.blocks)),
        "by_type": _by_type(plan),
        "unsupported": [_row(block) for block in plan.blocks if block.action == Action.LEAVE_OUT],
        "notes": [_row(block) for block in plan.blocks if block.reason and block.action != Action.LEAVE_OUT],
        "unused_files": list(plan.unused_files),
        "drafts_left_out": plan.drafts_left_out,
    }


def result_report(result: ImportResult) -> dict[str, Any]:
    """Summarize what an import did: its plan, and the pks of the logs that hold it (None where nothing changed)."""
    return {
        **plan_report(result.plan),
        "draft_change_log": result.draft_change_log_pk,
        "publish_log": result.publish_log_pk,
    }


def _by_kind(blocks: list[PlannedBlock]) -> dict[str, int]:
    counts = Counter(KINDS.get(block.item_type, "components") for block in blocks)
    return {kind: counts[kind] for kind in (*KINDS.values(), "components")}


def _by_type(plan: ImportPlan) -> dict[str, Mapping[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for block in plan.blocks:
        counts.setdefault(block.item_type, Counter())[block.action.value] += 1
    return {item_type: dict(fates) for item_type, fates in sorted(counts.items())}


def _row(block: PlannedBlock) -> dict[str, str]:
    return {
        "usage_key": str(block.source_key),
        "type": block.item_type,
        "title": block.title,
        "reason": block.reason,
    }
