"""Puts changes of items into words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

from ..translation import LazyText

_CHANGES: Final[Mapping[str, LazyText]] = {
    "create": gettext_lazy("new: “%(title)s” (%(key)s)"),
    "update": gettext_lazy("changed: “%(title)s” (%(key)s)"),
    "delete": gettext_lazy("deleted: “%(title)s” (%(key)s)"),
}


def change_in_words(action: str, *, key: object, title: str) -> str:
    """
    Describe what a publish does, or did, with an item.

    Args:
        action: the action of an ItemChange.
        key: key of the item.
        title: title of the item.
    """
    return str(_CHANGES[action] % {"title": title, "key": key})
