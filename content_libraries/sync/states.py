"""What the state of a link means to an author: the one place of these texts (sync contract, section 4)."""

from __future__ import annotations

from opaque_keys.edx.keys import UsageKey

from ..keys import ItemKey
from .data import LinkState
from .errors import BadUpstreamError
from .settings import course_type_of


def explain(state: LinkState, upstream: str, usage_key: UsageKey) -> str:
    """Say what is wrong with a link; "" where nothing is."""
    match state:
        case LinkState.NOT_LINKED:
            return f"“{usage_key}” is not linked to a library."
        case LinkState.MALFORMED:
            return f"The reference “{upstream}” is malformed: it is not the key of a library component or container."
        case LinkState.TYPE_MISMATCH:
            return f"Content type mismatch: a {usage_key.block_type} cannot be linked to “{upstream}”."
        case LinkState.UNKNOWN_LIBRARY:
            return f"The library of “{upstream}” was not found in the system."
        case LinkState.DELETED:
            return f"“{upstream}” was not found in the system. Unlink the block to keep it as it is."
        case LinkState.UNPUBLISHED:
            return f"“{upstream}” could not be loaded: it is not published. Publish it in its library."
        case LinkState.INACCESSIBLE:
            return f"“{upstream}” could not be loaded: you may not view its library. Its team can give you access."
        case _:
            return ""


def require_matching_types(key: ItemKey, usage_key: UsageKey) -> None:
    """Raise BadUpstreamError unless a block can be linked to a library item."""
    if course_type_of(key) != usage_key.block_type:
        raise BadUpstreamError(explain(LinkState.TYPE_MISMATCH, str(key), usage_key), field="upstream_ref")
