"""Findings of checks of the site's data, which the command ``check_libraries`` shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A problem that a check has found.

    Args:
        check: what was checked, ``index``.
        subject: key of what it is about, mostly of a library.
        message: what is wrong, for the operator of the site.
        repaired: whether it has been put right.
    """

    check: str
    subject: str
    message: str
    repaired: bool = False
