"""
Records what user actions change besides versions: collections, tags, and whatever else rooms keep without versions.

Learning Core's logs have no trace of such changes, so an undo could not take them back. The function that makes the
change records it. Outside of ``named`` blocks nothing is recorded: an edit of tags or collections alone is no change
set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openedx_content.models_api import DraftChangeLog

from .data import EffectKind
from .models import ChangeSetEffect
from .naming import current_name


@dataclass(frozen=True, slots=True)
class Effect:
    """
    A change of something without versions. What ``removed`` and ``added`` hold depends on the kind; see ``EffectKind``.

    Args:
        object_key: what was changed: the code of a collection, or a key.
        removed, added: JSON values of what was there before only, and of what is there since.
    """

    kind: EffectKind
    object_key: str
    removed: Any
    added: Any


def is_recording() -> bool:
    """Return whether effects are recorded now: a named user action is under way."""
    return current_name() is not None


def record_effects(effects: Sequence[Effect]) -> None:
    """
    Record effects of the user action that is under way, in the caller's transaction.

    They belong to the draft change log that the action wrote last, or else to the next one that it writes.
    """
    name = current_name()
    if name is None or not effects:
        return
    # A log of a transaction that was rolled back is gone.
    log = DraftChangeLog.objects.filter(pk=name.draft_change_log_pk).first() if name.draft_change_log_pk else None
    if log is None:
        name.pending += effects
    else:
        write_effects(log, effects)


def write_effects(log: DraftChangeLog, effects: Sequence[Effect]) -> None:
    """Write effects of a draft change log."""
    ChangeSetEffect.objects.bulk_create(
        [
            ChangeSetEffect(
                learning_package_id=log.learning_package_id,
                draft_change_log=log,
                kind=effect.kind,
                object_key=effect.object_key,
                removed=effect.removed,
                added=effect.added,
            )
            for effect in effects
        ],
        batch_size=500,
    )


def effects_of(draft_change_log_pk: int) -> list[Effect]:
    """Read the effects of a draft change log, in the order in which they happened."""
    rows = ChangeSetEffect.objects.filter(draft_change_log_id=draft_change_log_pk).order_by("pk")
    return [
        Effect(EffectKind(kind), object_key, removed, added)
        for kind, object_key, removed, added in rows.values_list("kind", "object_key", "removed", "added")
    ]
