"""
Compares base, theirs and mine in the format of all differences (``olx.differences``); the results are ready for JSON.

Base is the version of the library item that was synced last, theirs is its published version, mine is the block in the
course. The outcome is the block after the sync.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...courses.api import LINK_ATTRIBUTES
from ...olx.api import body_of, settings_in, text_difference


def block_difference(base: str | None, theirs: str | None, mine: str | None, outcome: str) -> dict[str, Any]:
    """
    Compare the settings and the body of a block.

    Args:
        base, theirs, mine: OLX, or None.
        outcome: OLX of the block after the sync.

    Returns: ``settings``, a row for each setting that changes or is kept (``name``, ``base``, ``theirs``, ``mine``,
        ``outcome``; ``before`` and ``after`` are ``mine`` and ``outcome`` under the names that all differences have;
        values are the strings in the OLX, null if not set); and ``text``, the difference from mine to the outcome.
    """
    old, new = (body_of(mine) if mine else ""), body_of(outcome)
    return {
        "settings": _settings(*(settings_in(olx) if olx else {} for olx in (base, theirs, mine, outcome))),
        "text": text_difference(old, new, names=("mine", "outcome")),
    }


def _settings(
    base: Mapping[str, str], theirs: Mapping[str, str], mine: Mapping[str, str], outcome: Mapping[str, str]
) -> list[dict[str, str | None]]:
    names = sorted((theirs.keys() | mine.keys() | outcome.keys()) - LINK_ATTRIBUTES)
    return [
        {
            "name": name,
            "before": mine.get(name),
            "after": outcome.get(name),
            "base": base.get(name),
            "theirs": theirs.get(name),
            "mine": mine.get(name),
            "outcome": outcome.get(name),
        }
        for name in names
        if mine.get(name) != outcome.get(name) or mine.get(name) != theirs.get(name)
    ]
