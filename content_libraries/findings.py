"""Findings of checks of the site's data, which the command ``check_libraries`` shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A problem that a check has found.

    Args:
        check: name of the check, such as ``index``.
        subject: key of the affected object, usually of a library.
        message: a description, for the operator of the site.
        repaired: whether it has been repaired.
        repairable: whether a check that repairs can put it right, or may at least try.
    """

    check: str
    subject: str
    message: str
    repaired: bool = False
    repairable: bool = False
