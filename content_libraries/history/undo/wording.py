"""Says why an item cannot be undone, and what to do about it, in the language of the reader."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ...learning_core.data import LaterChange


def changed_later_text(title: str, later: LaterChange | None) -> str:
    """Say that somebody changed an item after the set."""
    if later is None:
        return _("“%(title)s” has another version now. Restore the version that you want.") % {"title": title}
    return _(
        "“%(title)s” was changed by %(user)s on %(when)s. Undo that change first, leave the item out, or restore the"
        " version that you want."
    ) % {
        "title": title,
        "user": later.username or _("the site itself"),
        "when": date_format(localtime(later.at), "DATETIME_FORMAT"),
    }


def together_text(title: str, other: str) -> str:
    """Say that an item cannot be undone without another one."""
    return _(
        "“%(title)s” was moved, created or deleted together with “%(other)s”, which cannot be undone. Undo the later"
        " change of that item first, or leave both out."
    ) % {"title": title, "other": other}
