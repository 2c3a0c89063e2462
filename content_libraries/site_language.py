"""
Translates stored texts into the language of the site, because all users read them.

Workers use this language anyway. Use these functions for every such text that a request may write, too.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation


def active() -> AbstractContextManager[None]:
    """Activate the language of the site for Django's gettext inside the block."""
    return translation.override(settings.LANGUAGE_CODE)


def is_active() -> bool:
    """Return whether texts are translated into the language of the site now."""
    return translation.get_language() == settings.LANGUAGE_CODE


def gettext(message: str) -> str:
    """Return the message in the language of the site."""
    with active():
        return translation.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the message for this number in the language of the site."""
    with active():
        return translation.ngettext(singular, plural, number)
