"""
Translation for the rooms that know no Django.

A text is looked up in the language that is active when this is called: that of a request, or the site's in a job.
"""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

__all__ = ["gettext", "gettext_noop"]
