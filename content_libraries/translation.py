"""
Translates texts for the rooms that know no Django.

The language is the active one at the time of the call: that of a request, or the site's in a job.
"""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

__all__ = ["gettext", "gettext_noop"]
