"""
Translates texts for the rooms that know no Django.

The language is the active one at the time of the call: that of a request, or the site's in a job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_noop

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

type LazyText = _StrOrPromise
"""A text, or one that is translated when it is shown."""

__all__ = ["LazyText", "gettext", "gettext_noop"]
