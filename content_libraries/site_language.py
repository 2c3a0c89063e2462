"""
Texts that are kept for all who read them: in the language of the site, whoever asked for what they tell of.

Workers have this language anyway. Such a text is worded with these functions wherever a request may write it, too.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation


def active() -> AbstractContextManager[None]:
    """In the block, what Django's gettext is asked for is in the language of the site, too."""
    return translation.override(settings.LANGUAGE_CODE)


def gettext(message: str) -> str:
    """The message in the language of the site."""
    with active():
        return translation.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The message for this number in the language of the site."""
    with active():
        return translation.ngettext(singular, plural, number)
