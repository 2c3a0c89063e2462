"""Checks whether a plan still matches its preview."""

from __future__ import annotations

from ..data import SyncPlan
from ..errors import SyncOutdatedError


def refuse_outdated(plan: SyncPlan, fingerprint: str | None) -> None:
    """
    Raise SyncOutdatedError if the plan does something else than the preview that the user has seen.

    Args:
        fingerprint: the fingerprint of that preview; None if the user has not asked for one.
    """
    if fingerprint is not None and fingerprint != plan.fingerprint:
        raise SyncOutdatedError
