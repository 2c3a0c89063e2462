"""Functions on the history of content for other rooms. They check permissions."""

from ..learning_core.api import ChangeKind
from ..olx.api import Replacing
from ..xblocks.api import BlockEdit, SettingsEdit
from .bulk_edits.applying import apply_bulk_edit, preview_bulk_edit
from .bulk_edits.data import (
    BulkEditPlan,
    BulkEditResult,
    EditableItem,
    EditableKey,
    FieldCount,
    LeftAlone,
    PlannedItem,
    Selection,
)
from .bulk_edits.finding import FindsItems, register_finder
from .change_sets import change_set_records, get_change_set, list_change_sets
from .data import (
    Action,
    ChangeRecord,
    ChangeSet,
    Contributor,
    HistoryEntry,
    PublishedEntity,
    PublishGroup,
)
from .drafts import creation_entry, draft_history
from .publishes import publish_entries, publish_history

__all__ = [
    "Action",
    "BlockEdit",
    "BulkEditPlan",
    "BulkEditResult",
    "ChangeKind",
    "ChangeRecord",
    "ChangeSet",
    "Contributor",
    "EditableItem",
    "EditableKey",
    "FieldCount",
    "FindsItems",
    "HistoryEntry",
    "LeftAlone",
    "PlannedItem",
    "PublishGroup",
    "PublishedEntity",
    "Replacing",
    "Selection",
    "SettingsEdit",
    "apply_bulk_edit",
    "change_set_records",
    "creation_entry",
    "draft_history",
    "get_change_set",
    "list_change_sets",
    "preview_bulk_edit",
    "publish_entries",
    "publish_history",
    "register_finder",
]
