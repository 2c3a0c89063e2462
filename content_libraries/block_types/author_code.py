"""
Finds problems that cannot be shown without running their authors' code, or asking a server that they name.

Previews do neither: authors' code never runs in the process, and previews open no connections. The rules cover
everything that the classes of ``capa`` execute: scripts, check functions, hint functions, and external graders.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from lxml import etree

_NOT_PYTHON: Final = ("javascript", "perl")
_RUNNING_RESPONSES: Final = ("customresponse", "symbolicresponse", "schematicresponse")
_CALLING_RESPONSES: Final = ("coderesponse", "externalresponse")


def reason_not_to_run(root: etree._Element) -> str:
    """Explain to the author why a problem is not run here; return "" if it can be run."""
    if reason := _reason(root):
        text = _("This problem cannot be shown in a preview. %(reason)s Use it in a course to see it.")
        return text % {"reason": reason}
    return ""


def _reason(root: etree._Element) -> str:
    if any(_is_python(script) for script in root.iter("script")):
        return _("It computes parts of the question with a Python script.")
    if next(root.iter(*_RUNNING_RESPONSES), None) is not None:
        return _("It checks answers with Python code of its author.")
    if any(group.get("hintfn") for group in root.iter("hintgroup")):
        return _("It computes hints with Python code of its author.")
    if next(root.iter(*_CALLING_RESPONSES), None) is not None:
        return _("It sends answers to an external grader.")
    return ""


def _is_python(script: etree._Element) -> bool:
    kind = script.get("type") or ""
    return bool((script.text or "").strip()) and not any(name in kind for name in _NOT_PYTHON)
