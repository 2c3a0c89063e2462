"""What other modules may do with the clipboard."""

from .copying import copy_to_clipboard, get_clipboard, get_staged
from .models import StagedContent, StagedStatus
from .pasting import paste

__all__ = [
    "StagedContent",
    "StagedStatus",
    "copy_to_clipboard",
    "get_clipboard",
    "get_staged",
    "paste",
]
