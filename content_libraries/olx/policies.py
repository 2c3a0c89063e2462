"""
Reads the policy files of a course, which are settings beside its blocks.

Courses are imported for their blocks, so a policy that cannot be read is ignored, with a note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..errors import InvalidValueError
from ..translation import gettext_noop
from ..values import file_budget, read_json
from .data import SourceNote
from .errors import UnsupportedEncodingError
from .xml_source import decoded

__all__ = ["Policies", "listed"]

_MOST_NAMES: Final = 10
_MOST_CHARS: Final = 100


@dataclass(slots=True)
class Policies:
    """
    The policies of one run of a course, read by :meth:`read`.

    ``settings`` maps "TAG/URL_NAME" to settings. ``used`` are the files that were read.
    """

    settings: dict[str, Mapping[str, object]] = field(default_factory=dict)
    grading: Mapping[str, object] | None = None
    used: set[str] = field(default_factory=set)
    notes: list[SourceNote] = field(default_factory=list)

    @classmethod
    def read(cls, texts: Mapping[str, bytes], run: str) -> Policies:
        """Read the policies among the texts of a course. Entries and files of another shape get a note."""
        policies = cls()
        path, content = policies._json_object(texts, f"policies/{run}/policy.json", f"policies/{run}.json")
        policies.settings = {name: settings for name, settings in content.items() if isinstance(settings, dict)}
        if strange := [name for name in content if name not in policies.settings]:
            text = gettext_noop("Entries of %(path)s that are not the settings of a block are ignored: %(names)s.")
            policies.notes.append(SourceNote(text, {"path": path, "names": listed(strange)}))
        path, content = policies._json_object(texts, f"policies/{run}/grading_policy.json", "grading_policy.json")
        policies.grading = content if path else None
        return policies

    def _json_object(self, texts: Mapping[str, bytes], *candidates: str) -> tuple[str, dict[str, object]]:
        """
        Return path and content of the first of these files that is a JSON object; "" and nothing without one.

        Later paths are places in older exports.
        """
        for path in (path for path in candidates if path in texts):
            try:
                content = read_json(decoded(texts[path], path), file_budget())
            except (InvalidValueError, UnsupportedEncodingError):
                text = gettext_noop("%(path)s is not JSON in UTF-8, and is ignored.")
                self.notes.append(SourceNote(text, {"path": path}))
                continue
            if isinstance(content, dict):
                self.used.add(path)
                return path, content
            text = gettext_noop("%(path)s is not a JSON object, and is ignored.")
            self.notes.append(SourceNote(text, {"path": path}))
        return "", {}


def listed(names: Sequence[str]) -> str:
    """Join the first names of a list, shortened, for a note."""
    shown = [name if len(name) <= _MOST_CHARS else f"{name[:_MOST_CHARS]}…" for name in names[:_MOST_NAMES]]
    more = len(names) - len(shown)
    return ", ".join([*shown, f"… (+{more})"] if more else shown)
