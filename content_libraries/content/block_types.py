"""
XBlock types: which are installed, which hold other blocks, and their names for authors.

A platform that is moving its blocks into separate packages has each twice: under the published entry point ``html``,
and under the extracted one ``_html_extracted``. A block that has only the extracted one is installed, too.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Final

from xblock.core import XBlock
from xblock.plugin import PluginMissingError

from .. import conf
from ..block_types import api as block_types

logger = logging.getLogger(__name__)

_BLOCK_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
"""
The form of a block type. XBlock looks names up in lower case, and remembers every name that it was asked for. Names
that begin with ``_`` are entry points, but not types.
"""


@dataclass(frozen=True, slots=True)
class OfferedBlockType:
    """An XBlock type as authors are offered it."""

    block_type: str
    display_name: str


_unusable: Final[set[str]] = set()
"""Entry points whose import has failed in this process: trying again would cost as much each time."""


def block_class(block_type: str) -> type[XBlock] | None:
    """Return the class of an XBlock type; None if it is not installed or cannot be imported."""
    if not _BLOCK_TYPE.fullmatch(block_type):
        return None
    for name in (block_type, f"_{block_type}_extracted"):
        if name not in _unusable and (found := _loaded(name)) is not None:
            return found
    return None


def _loaded(name: str) -> type[XBlock] | None:
    try:
        found: type[XBlock] = XBlock.load_class(name)
    except PluginMissingError:
        return None
    except Exception:  # code of another package: its models may need an app that the site has not installed
        logger.warning("The XBlock type “%s” is installed but cannot be imported.", name, exc_info=True)
        _unusable.add(name)
        return None
    return found


def load_block_classes() -> None:
    """Import the classes and descriptors of all installed types now, so that no request has to wait for an import."""
    block_types.described_types()
    for entry_point in entry_points(group=XBlock.entry_point):
        block_class(entry_point.name.removeprefix("_").removesuffix("_extracted"))


def has_children(block_type: str) -> bool:
    """Return whether blocks of a type hold other blocks."""
    if block_types.block_type(block_type).holds_blocks:
        return True
    return bool(getattr(block_class(block_type), "has_children", False))


def default_title(block_type: str) -> str:
    """Return the title of a component whose OLX has no title: the default of its field, or else the type itself."""
    return _field_default(block_type) or block_type


def title_of_untitled(block_type: str) -> str:
    """Return the title that is shown for a block without one: the default of its type, or else the type in words."""
    return _field_default(block_type) or block_type.replace("_", " ").capitalize()


def offered_block_types() -> list[OfferedBlockType]:
    """List the types of the setting LIBRARY_ENABLED_BLOCKS that are installed and have a name, sorted by type."""
    return [
        OfferedBlockType(block_type, name)
        for block_type in sorted(set(conf.LIBRARY_ENABLED_BLOCKS.value))
        if block_class(block_type) is not None and (name := type_name(block_type))
    ]


def type_name(block_type: str) -> str:
    """
    Return the name of a block type for authors; "" for a type without a name.

    It is the title of new blocks of the type, unless the type is described with a name of its own (wire:
    libraries-block-types, components-create).
    """
    return str(block_types.block_type(block_type).display_name) or _field_default(block_type)


def _field_default(block_type: str) -> str:
    field = getattr(block_class(block_type), "display_name", None)
    default = getattr(field, "default", None)
    return str(default) if default else ""
