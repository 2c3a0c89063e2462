"""What other rooms may do with Learning Core. This room is the only one that imports ``openedx_content``."""

from .bulk import write_drafts
from .data import (
    BLOCK_PATH,
    COMPONENT_NAMESPACE,
    ComponentWrite,
    ContainerWrite,
    DraftWrites,
    FileMedia,
    block_media_type,
)
from .media import FileBytes, media_digest
from .publish import discard, move_drafts, publish

__all__ = [
    "BLOCK_PATH",
    "COMPONENT_NAMESPACE",
    "ComponentWrite",
    "ContainerWrite",
    "DraftWrites",
    "FileBytes",
    "FileMedia",
    "block_media_type",
    "discard",
    "media_digest",
    "move_drafts",
    "publish",
    "write_drafts",
]
