"""The clipboard for other rooms: copy, read the clipboard, paste."""

from .copying import copy_to_clipboard, get_clipboard, get_staged
from .data import COPIED_FROM, COPIED_VERSION
from .models import StagedContent, StagedStatus
from .pasting import OpenClipboard, copy_template, open_clipboard, open_copy, paste

__all__ = [
    "COPIED_FROM",
    "COPIED_VERSION",
    "OpenClipboard",
    "StagedContent",
    "StagedStatus",
    "copy_template",
    "copy_to_clipboard",
    "get_clipboard",
    "get_staged",
    "open_clipboard",
    "open_copy",
    "paste",
]
