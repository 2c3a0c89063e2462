"""What checks of the site's data find. The command ``check_libraries`` shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """
    Something that is not as it should be.

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
