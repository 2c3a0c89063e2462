"""What an import says about itself: counts and rows, for terminals and machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from django.utils.translation import gettext_noop

from .data import MAKING_ACTIONS, Action, ImportPlan, ImportResult, PlannedBlock, SourceChanges

KINDS: Final = {
    "section": gettext_noop("sections"),
    "subsection": gettext_noop("subsections"),
    "unit": gettext_noop("units"),
}
COMPONENTS: Final = gettext_noop("components")
"""The kinds of items that a report counts. They are keys; pages show them in the reader's language."""


def plan_report(plan: ImportPlan) -> dict[str, Any]:
    """
    Summarize a plan.

    Returns, JSON-ready: ``title`` and ``source_version`` of the source, ``options``, ``counts`` of what the source
    holds (``sections``, ``subsections``, ``units``, ``components``), ``created`` by the same kinds, ``actions`` (how
    many blocks share a fate), ``by_type`` (fates by block type), ``unsupported`` and ``notes`` (usage key, type, title,
    reason), ``settings`` (how many items carry each setting that only matters in courses), ``collisions`` (items that
    get another ID than theirs), ``taken_titles`` (that will stand twice), ``static_files``, ``tags`` (given ones, and
    which the library cannot give), ``size`` of the library, ``collection``, ``source_changes`` since the last import,
    ``edited_targets``, ``leaving`` items, whether it ``forwards`` references, ``unknown`` keys, and static files and
    drafts that are left out.
    """
    items = [block for block in plan.blocks if block.action not in {Action.LEAVE_OUT, Action.DISSOLVE}]
    return {
        "source": str(plan.source_key),
        "library": str(plan.library_key),
        "title": plan.source_title,
        "source_version": plan.source_version,
        "options": {**asdict(plan.options), "only": list(plan.options.only)},
        "level": plan.options.level.value,
        "on_repeat": plan.options.on_repeat.value,
        "counts": _by_kind(items),
        "created": _by_kind([block for block in items if block.action in MAKING_ACTIONS]),
        "actions": dict(Counter(block.action.value for block in plan.blocks)),
        "by_type": _by_type(plan),
        "unsupported": [_row(block) for block in plan.blocks if block.action == Action.LEAVE_OUT],
        "notes": [_row(block) for block in plan.blocks if block.reason and block.action != Action.LEAVE_OUT],
        "settings": _settings(plan),
        "collisions": [
            {**_row(block), "wanted": block.wanted_code, "code": block.code}
            for block in plan.blocks
            if block.action in MAKING_ACTIONS and block.code != block.wanted_code
        ],
        "taken_titles": list(plan.taken_titles),
        "static_files": _static_files(plan),
        "tags": {
            "given": sum(len(block.tags) for block in plan.blocks),
            "left_out": [asdict(tag) for tag in plan.tags_left_out],
        },
        "size": {**asdict(plan.size), "is_exceeded": plan.size.is_exceeded},
        "collection": asdict(plan.collection) if plan.collection else None,
        "source_changes": _lists(plan.changes) if plan.changes else None,
        "edited_targets": list(plan.edited_targets),
        "leaving": {key: list(refs) for key, refs in plan.leaving.items()},
        "forwards": plan.forwards,
        "unknown": list(plan.unknown),
        "unused_files": list(plan.unused_files),
        "drafts_left_out": plan.drafts_left_out,
    }


def plan_rows(plan: ImportPlan) -> list[dict[str, str]]:
    """
    Tell block by block what a plan does, in the order of the source.

    Returns, JSON-ready: ``usage_key``, ``type``, ``title``, ``action``, ``code`` ("" without an item) and ``reason``.
    """
    return [{**_row(block), "action": block.action.value, "code": block.code} for block in plan.blocks]


def result_report(result: ImportResult) -> dict[str, Any]:
    """Summarize what an import did: its plan, and the pks of the logs that hold it (None where nothing changed)."""
    return {
        **plan_report(result.plan),
        "draft_change_log": result.draft_change_log_pk,
        "publish_log": result.publish_log_pk,
    }


def _by_kind(blocks: list[PlannedBlock]) -> dict[str, int]:
    counts = Counter(KINDS.get(block.item_type, COMPONENTS) for block in blocks)
    return {kind: counts[kind] for kind in (*KINDS.values(), COMPONENTS)}


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


def _settings(plan: ImportPlan) -> dict[str, int]:
    names = (name for block in plan.writes() for name in (*block.settings.settings, *block.course_settings))
    return dict(sorted(Counter(names).items()))


def _static_files(plan: ImportPlan) -> dict[str, int]:
    sizes = {file.digest: file.size for block in plan.writes() for file in block.files}
    return {"count": len(sizes), "bytes": sum(sizes.values())}


def _lists(changes: SourceChanges) -> dict[str, list[str]]:
    return {name: list(keys) for name, keys in asdict(changes).items()}
