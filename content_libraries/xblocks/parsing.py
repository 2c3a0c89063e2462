"""Parses OLX into blocks."""

from __future__ import annotations

import logging
from typing import Final

from django.utils.translation import gettext as _
from lxml import etree
from xblock.core import XBlock

from ..block_types import api as block_types
from ..content.api import block_class
from ..errors import ContentLibrariesError
from ..olx.api import parse_block, without_url_name
from .open_responses import without_database
from .runtime import LibraryRuntime
from .site import NOBODYS_SITE, BlockSite
from .unread_settings import drop_unreadable_settings
from .visits import Visit

logger = logging.getLogger(__name__)

_FAMILY: Final = "xblock-family"
"""An attribute that Studio writes. It is not a setting, and XBlock's parser would log a warning for each block."""

_SHORTEST_PART: Final = 4
"""Characters of an empty element, and of an attribute."""


class UnknownTypeError(ContentLibrariesError):
    """No class for this type of block is installed here."""

    code = "unknown_block_type"


class UnreadableOlxError(ContentLibrariesError):
    """The class of a block cannot make sense of its OLX."""

    code = "unreadable_olx"


def make_block(visit: Visit, site: BlockSite = NOBODYS_SITE) -> XBlock:
    """
    Make a block of a version of a component.

    Args:
        visit: the version, who looks at it, and where.
        site: knows the answers that it shows, and the files.

    Returns: the block; its runtime is a LibraryRuntime. Raises UnknownTypeError, UnreadableOlxError and OlxError.
    """
    block_version = visit.block_version
    block_type = block_version.key.block_type
    cls = block_class(block_type)
    if cls is None:
        raise UnknownTypeError(
            _("The block type “%(block_type)s” is not installed on this site. The component is kept as it is.")
            % {"block_type": block_type}
        )
    cls = without_database(cls)
    runtime = LibraryRuntime(visit, site)
    _refuse_too_many_parts(block_type, block_version.olx)
    node = parsed_root(block_version.olx)
    node.attrib.pop(_FAMILY, None)
    runtime.unread_settings = drop_unreadable_settings(cls, node)
    try:
        block = _parse(cls, node, runtime)
        runtime.fields.seal(block)
    except MemoryError:
        raise
    except Exception as error:  # an installed class may raise any exception
        logger.exception("The OLX of %s cannot be read by its class.", block_version.key)
        if block_version.can_edit:
            text = _("The OLX of this component is not what “%(block_type)s” can read: %(error)s")
        else:
            text = _("The OLX of this component is not what “%(block_type)s” can read.")
        raise UnreadableOlxError(text % {"block_type": block_type, "error": error}) from error
    return block


def parsed_root(olx: str) -> etree._Element:
    """Parse an OLX text and return its root element. Raises OlxError if the text is unsafe or not well-formed."""
    safe = without_url_name(olx)  # refuses unsafe XML; and a class would take a url_name for a pointer to a file
    # ``huge_tree`` lifts lxml's limits: texts with pasted pictures are long, and olx has checked its own limits.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False, huge_tree=True)
    return etree.fromstring(safe.encode(), parser=parser)


def _refuse_too_many_parts(block_type: str, olx: str) -> None:
    """Raise OlxError for a text of more parts than can be shown. It was imported; authors cannot save one."""
    limits = block_types.block_type(block_type).limits
    if len(olx) > limits.elements * _SHORTEST_PART:
        parse_block(olx, limits=limits)


def _has_older_parser(cls: type[XBlock]) -> bool:
    """Return whether a class has to be parsed by ``parse_xml``, which accepts invalid settings."""
    from xblocks_contrib.legacy_utils.xml_utils import LegacyXmlMixin  # noqa: PLC0415 - imports every block

    own = getattr(cls, "parse_xml_new_runtime", None)
    return own is None or own.__func__ is LegacyXmlMixin.parse_xml_new_runtime.__func__


def _parse(cls: type[XBlock], node: etree._Element, runtime: LibraryRuntime) -> XBlock:
    """
    Parse an element with the class's own parser for libraries, or else with the older ``parse_xml``.

    The library parser that a class inherits from ``LegacyXmlMixin`` does not count as its own: it ignores how the class
    defines its content, such as the answers of a poll.
    """
    parse = cls.parse_xml if _has_older_parser(cls) else cls.parse_xml_new_runtime
    return parse(node, runtime, runtime.scope_ids)
