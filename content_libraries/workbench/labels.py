"""Names of types and states for people."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy

from ..content import api as content
from .components import Tone

CONTAINER_NAMES: Final = {
    "unit": gettext_lazy("Unit"),
    "subsection": gettext_lazy("Subsection"),
    "section": gettext_lazy("Section"),
}
"""Type of a container -> its name."""

STATUS_NAMES: Final = {
    "published": gettext_lazy("Published"),
    "modified": gettext_lazy("Changed since its publication"),
    "never": gettext_lazy("Never published"),
}
"""Publish status, as in search documents -> its name."""

STATUS_TONES: Final = {"published": Tone.GOOD, "modified": Tone.WARNING, "never": Tone.INFO}

COLLECTION: Final = "collection"


def type_label(item_type: str) -> str:
    """Return the name of a block type or of a type of container. Types without a name are called by their type."""
    if item_type in CONTAINER_NAMES:
        return str(CONTAINER_NAMES[item_type])
    return content.type_name(item_type) or item_type


def status_of(item: content.ItemSummary) -> str:
    """Return the publish status of an item, as search documents have it."""
    if item.last_published is None:
        return "never"
    return "modified" if item.has_unpublished_changes else "published"
