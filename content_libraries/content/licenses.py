"""Codes of licenses: their spellings in courses, their names, and how strict they are. No database."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

from ..libraries.api import License

ALL_RIGHTS_RESERVED: Final = "all-rights-reserved"
CC_ZERO: Final = "CC0:1.0"
PUBLIC_DOMAIN: Final = "public-domain"
OTHER: Final = "other"

_BY_STRICTNESS: Final = ("BY", "BY:SA", "BY:NC", "BY:NC:SA", "BY:ND", "BY:NC:ND")
"""The elements of the Creative Commons licenses, from the most open license to the strictest."""

_ORDER: Final = ("by", "nc", "nd", "sa")
_VERSION: Final = re.compile(r"\d\.\d")
_SEPARATORS: Final = re.compile(r"[\s:=_-]+")
_NEWEST: Final = "4.0"
_SPELLINGS: Final = {
    ("all", "rights", "reserved"): ALL_RIGHTS_RESERVED,
    ("public", "domain"): PUBLIC_DOMAIN,
    ("cc0",): CC_ZERO,
    ("cc0", "1.0"): CC_ZERO,
}


def license_code(spelling: str) -> str:
    """
    Return the code of a license, however a course or a library spells it.

    ``creative-commons: ver=4.0 BY NC`` and ``CC-BY-NC 4.0`` are ``CC:4.0:BY:NC``. A blank spelling has the code "",
    and everything unknown is ``other``.
    """
    words = tuple(word for word in _SEPARATORS.split(spelling.strip().lower()) if word)
    if not words:
        return ""
    if code := _SPELLINGS.get(words):
        return code
    if words[:2] == ("creative", "commons"):
        return _creative_commons(words[2:])
    return _creative_commons(words[1:]) if words[0] == "cc" else OTHER


def _creative_commons(words: tuple[str, ...]) -> str:
    versions = [word for word in words if _VERSION.fullmatch(word)]
    elements = {word for word in words if word != "ver"} - set(versions)
    if elements and elements <= {"0", "zero"}:
        return CC_ZERO
    joined = ":".join(element.upper() for element in _ORDER if element in elements)
    if len(versions) > 1 or not elements <= set(_ORDER) or joined not in _BY_STRICTNESS:
        return OTHER
    return f"CC:{versions[0] if versions else _NEWEST}:{joined}"


def license_name(code: str) -> str:
    """Return the name of a license in the language of the reader; the code itself if the app does not know it."""
    if code.startswith("CC:"):
        _cc, version, elements = code.split(":", 2)
        return f"{License(f'CC:{_NEWEST}:{elements}').label} {version}" if elements in _BY_STRICTNESS else code
    names = {
        ALL_RIGHTS_RESERVED: str(License.ALL_RIGHTS_RESERVED.label),
        CC_ZERO: _("Creative Commons Zero 1.0"),
        PUBLIC_DOMAIN: _("Public domain"),
        OTHER: _("Another license"),
    }
    return names.get(code, code)


def course_spelling(spelling: str) -> str:
    """Return a license as courses spell it. Only the codes of Creative Commons licenses are spelled differently."""
    if not spelling.startswith("CC:") or license_code(spelling) == OTHER:
        return spelling
    _cc, version, elements = license_code(spelling).split(":", 2)
    return f"creative-commons: ver={version} {elements.replace(':', ' ')}"


def strictness(code: str) -> int:
    """Return a number that is higher the less a license allows."""
    if code in (PUBLIC_DOMAIN, CC_ZERO):
        return 0
    if code == ALL_RIGHTS_RESERVED:
        return len(_BY_STRICTNESS) + 2
    elements = code.split(":", 2)[-1]
    return _BY_STRICTNESS.index(elements) + 1 if elements in _BY_STRICTNESS else len(_BY_STRICTNESS) + 1
