"""A page of the Django admin that asks for confirmation of an action, and shows its effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

CONFIRMED = "post"
"""The field that says that the page was shown; Django's own page for deletions has the same."""


@dataclass(frozen=True, slots=True)
class Effect:
    """
    The effects of an action on one row.

    Args:
        name: title and key of the row.
        pk: primary key of the row.
        lines: descriptions of the effects that are shown.
        more: how many lines are left out.
    """

    name: str
    pk: object
    lines: Sequence[str]
    more: int = 0


def is_confirmed(request: HttpRequest) -> bool:
    """Return whether the user has confirmed the action."""
    return CONFIRMED in request.POST


def ask(
    request: HttpRequest, model_admin: ModelAdmin[Any], effects: Sequence[Effect], *, action: str, title: str, yes: str
) -> HttpResponse:
    """
    Render the page that asks to confirm an action.

    Args:
        effects: its effects, by row. Rows without lines are mentioned, and left out of the action.
        action: its name in ``actions``.
        title: the question.
        yes: the label of the button.
    """
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "effects": effects,
        "chosen": [effect.pk for effect in effects if effect.lines],
        "action": action,
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "confirmed": CONFIRMED,
        "yes": yes,
    }
    return render(request, "content_libraries/libraries/confirm.html", context)
