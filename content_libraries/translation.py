"""
Translates texts for rooms that do not import Django.

Texts are in the language that is active at the time of the call: the language of a request, or of the site in a job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_noop, ngettext

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

type LazyText = _StrOrPromise
"""A text, or one that is translated when it is shown."""

__all__ = ["LazyText", "gettext", "gettext_noop", "ngettext"]
