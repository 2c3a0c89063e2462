"""
Translates texts for rooms that do not import Django.

Texts are in the language that is active at the time of the call: the language of a request, or of the site in a job.
"""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

__all__ = ["gettext", "gettext_noop"]
