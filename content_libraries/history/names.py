"""Names of kinds, actions and reasons, for pages. They are translated when a page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

from ..learning_core.api import ChangeKind
from ..translation import LazyText
from .publish_preview.data import PublishChange, PublishReason
from .restore.data import RestoreAction
from .undo.data import UndoAction

KIND_NAMES: Final[Mapping[ChangeKind, LazyText]] = {
    ChangeKind.EDIT: gettext_lazy("Edit"),
    ChangeKind.IMPORT: gettext_lazy("Import"),
    ChangeKind.SYNC: gettext_lazy("Sync"),
    ChangeKind.CONVERT: gettext_lazy("Conversion"),
    ChangeKind.PASTE: gettext_lazy("Paste"),
    ChangeKind.RESTORE: gettext_lazy("Restore"),
    ChangeKind.BULK_EDIT: gettext_lazy("Bulk edit"),
    ChangeKind.TEMPLATE: gettext_lazy("From a template"),
    ChangeKind.DISCARD: gettext_lazy("Discard"),
    ChangeKind.UNDO: gettext_lazy("Undo"),
    ChangeKind.PUBLISH: gettext_lazy("Publish"),
}
UNDO_ACTION_NAMES: Final[Mapping[UndoAction, LazyText]] = {
    UndoAction.REVERT: gettext_lazy("Goes back"),
    UndoAction.DELETE: gettext_lazy("Is deleted"),
    UndoAction.RESTORE: gettext_lazy("Comes back"),
    UndoAction.UNPUBLISH: gettext_lazy("Is not published any more"),
    UndoAction.PUBLISH: gettext_lazy("Is published again"),
}
RESTORE_ACTION_NAMES: Final[Mapping[RestoreAction, LazyText]] = {
    RestoreAction.REVERT: gettext_lazy("Goes back"),
    RestoreAction.RESTORE: gettext_lazy("Comes back"),
    RestoreAction.DELETE: gettext_lazy("Is deleted"),
}
PUBLISH_CHANGE_NAMES: Final[Mapping[PublishChange, LazyText]] = {
    PublishChange.CREATED: gettext_lazy("New"),
    PublishChange.CHANGED: gettext_lazy("Changed"),
    PublishChange.DELETED: gettext_lazy("Deleted"),
    PublishChange.CONTENTS: gettext_lazy("Changed below"),
    PublishChange.UNCHANGED: gettext_lazy("Unchanged"),
}
PUBLISH_REASON_NAMES: Final[Mapping[PublishReason, LazyText]] = {
    PublishReason.ASKED_FOR: gettext_lazy("Chosen"),
    PublishReason.NEEDED: gettext_lazy("Inside of a chosen item"),
    PublishReason.AFFECTED: gettext_lazy("Contains a changed item"),
}
