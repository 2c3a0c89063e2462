"""
Reports on plans and results of imports: counts and rows, ready for JSON.

For example, a course whose only unit holds a Text and a content experiment without groups, imported up to the level of
units, has a report with these entries among others::

    {"source": "course-v1:O+C+R", "library": "lib:O:L", "title": "A course",
     "counts": {"sections": 0, "subsections": 0, "units": 1, "components": 1},
     "created": {"sections": 0, "subsections": 0, "units": 1, "components": 1},
     "actions": {"create": 2, "unsupported": 1},
     "by_type": {"html": {"create": 1}, "split_test": {"unsupported": 1}, "unit": {"create": 1}},
     "unsupported": [{"usage_key": "…", "type": "split_test", "title": "…", "reason": "…"}]}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..block_types.api import CONTAINERS
from .data import MAKING_ACTIONS, OMITTING_ACTIONS, Action, ImportPlan, ImportResult, PlannedBlock, SourceChanges

KINDS: Final = {container.container_type: container.plural for container in reversed(CONTAINERS)}
COMPONENTS: Final = gettext_noop("components")
"""A kind of items that reports count in addition to ``KINDS``. Kinds are keys; pages show them translated."""


def plan_report(plan: ImportPlan) -> dict[str, Any]:
    """
    Summarize a plan, ready for JSON.

    The report has these entries:

    - ``source``, ``library``, ``title``, ``source_version``, ``options``, ``level``, ``on_repeat``: the request;
    - ``counts``: items of the source by kind; ``created``: new items by kind; ``actions``: blocks by action;
      ``by_type``: blocks by type and action;
    - ``failed``, ``unsupported``, ``notes``: blocks that cannot be read (also with the ``path`` of the file and the
      ``line``), blocks that are left out, and other blocks with a note, with the reasons;
    - ``settings``: number of items with each setting that only matters in courses;
    - ``collisions``: new items that get another code than the wanted one; ``taken_titles``: usage keys of new items
      whose title another item has;
    - ``repeat``: the import that this one repeats (see ``Repeat``; None at the first import), and ``question``: the
      question that somebody has to answer before the plan is applied ("" for none);
    - ``static_files``, ``tags``, ``size``, ``collection``: files, tags, size of the library and collection to fill;
    - ``collections``: collections of the source itself that are filled, with their numbers of items;
    - ``source_changes``, ``edited_targets``, ``leaving``, ``forwards``, ``unknown``, ``missing_files``,
      ``unused_files``, ``source_notes``, ``drafts_left_out``: see ``ImportPlan``.
    """
    items = [block for block in plan.blocks if block.action not in OMITTING_ACTIONS | {Action.DISSOLVE}]
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
        "failed": [
            {**_row(block), "path": block.path, "line": block.line}
            for block in plan.blocks
            if block.action == Action.FAILED
        ],
        "unsupported": [_row(block) for block in plan.blocks if block.action == Action.LEAVE_OUT],
        "notes": [_row(block) for block in plan.blocks if block.reason and block.action not in OMITTING_ACTIONS],
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
        "collections": [
            {"code": group.code, "title": group.title, "is_new": group.is_new, "items": len(group.entity_refs)}
            for group in plan.groups
        ],
        "source_changes": _lists(plan.changes) if plan.changes else None,
        "repeat": {**asdict(plan.repeat), "skipped": list(plan.repeat.skipped)} if plan.repeat else None,
        "question": question_of(plan),
        "edited_targets": list(plan.edited_targets),
        "leaving": {key: list(refs) for key, refs in plan.leaving.items()},
        "forwards": plan.forwards,
        "unknown": list(plan.unknown),
        "missing_files": {key: list(names) for key, names in plan.missing_files.items()},
        "unused_files": list(plan.unused_files),
        "source_notes": list(plan.source_notes),
        "drafts_left_out": plan.drafts_left_out,
    }


def plan_rows(plan: ImportPlan) -> list[dict[str, str]]:
    """
    List the actions of a plan, block by block, in the order of the source, ready for JSON.

    Each row has ``usage_key``, ``type``, ``title``, ``action``, ``code`` ("" without an item) and ``reason``.
    """
    return [{**_row(block), "action": block.action.value, "code": block.code} for block in plan.blocks]


def result_report(result: ImportResult) -> dict[str, Any]:
    """Summarize the result of an import: the report of its plan, and the pks of its logs (None if nothing changed)."""
    return {
        **plan_report(result.plan),
        "draft_change_log": result.draft_change_log_pk,
        "publish_log": result.publish_log_pk,
    }


def question_of(plan: ImportPlan) -> str:
    """Return the question that has to be answered before a plan is applied; "" for none."""
    if not plan.asks or plan.repeat is None:
        return ""
    text = _(
        "%(source)s was imported on %(date)s from %(file)s. Of its %(compared)s components, %(odd)s are new or"
        " differ, so this may be another course of the same key. Import it under another key, choose update or fork,"
        " or confirm that it is the same course."
    )
    return text % {
        "source": plan.source_key,
        "date": plan.repeat.finished[:10],
        "file": plan.repeat.file_name or plan.source_key,
        "compared": plan.repeat.compared,
        "odd": plan.repeat.odd,
    }


def _by_kind(blocks: list[PlannedBlock]) -> dict[str, int]:
    counts = Counter(KINDS.get(block.item_type, COMPONENTS) for block in blocks)
    return {kind: counts[kind] for kind in (*KINDS.values(), COMPONENTS)}


def _by_type(plan: ImportPlan) -> dict[str, Mapping[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for block in plan.blocks:
        counts.setdefault(block.item_type, Counter())[block.action.value] += 1
    return {item_type: dict(actions) for item_type, actions in sorted(counts.items())}


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
