"""
Texts that are kept for all who read them: in the language of the site, whoever asked for what they tell of.

Workers have this language anyway. Such a text is worded with these functions wherever a request may write it, too.
"""

from __future__ import annotations

from django.conf import settings
from django.utils import translation


def gettext(message: str) -> str:
    """The message in the language of the site."""
    with translation.override(settings.LANGUAGE_CODE):
        return translation.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The message for this number in the language of the site."""
    with translation.override(settings.LANGUAGE_CODE):
        return translation.ngettext(singular, plural, number)
