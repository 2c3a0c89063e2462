"""Finds what the button “Undo” of a message takes back."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from ..history import api as history
from ..keys import ItemKey, library_key_of


def undo_url(request: HttpRequest, key: ItemKey) -> str:
    """Return the URL that takes back the last change of an item, which may be its deletion; "" without a change."""
    for change_set in history.list_change_sets(key, user=request.user)[0:1]:
        return reverse("workbench:undo", args=[library_key_of(key), change_set.uuid])
    return ""
