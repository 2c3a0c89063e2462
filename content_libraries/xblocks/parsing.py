"""Making blocks of OLX."""

from __future__ import annotations

import logging

from django.utils.translation import gettext as _
from lxml import etree
from xblock.core import XBlock

from ..content.api import block_class
from ..errors import ContentLibrariesError
from ..olx.api import without_url_name
from .open_responses import without_database
from .runtime import LibraryRuntime
from .site import NOBODYS_SITE, BlockSite
from .unread_settings import drop_unreadable_settings
from .visits import Visit

logger = logging.getLogger(__name__)


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

    Returns: the block; its runtime is a LibraryRuntime. Raises UnknownTypeError and UnreadableOlxError.
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
    node = parsed_root(block_version.olx)
    runtime.unread_settings = drop_unreadable_settings(cls, node)
    try:
        block = _parse(cls, node, runtime)
        runtime.fields.seal(block)
    except MemoryError:
        raise
    except Exception as error:  # a class that somebody installed may raise anything
        logger.exception("The OLX of %s cannot be read by its class.", block_version.key)
        if block_version.can_edit:
            text = _("The OLX of this component is not what “%(block_type)s” can read: %(error)s")
        else:
            text = _("The OLX of this component is not what “%(block_type)s” can read.")
        raise UnreadableOlxError(text % {"block_type": block_type, "error": error}) from error
    return block


def parsed_root(olx: str) -> etree._Element:
    """The root element of an OLX text. Raises OlxError for what is unsafe or not well-formed."""
    safe = without_url_name(olx)  # refuses what is unsafe; and a class would take the name for a pointer to a file
    # Its own limits are below those of olx, which have been checked: texts with pasted pictures are long.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False, huge_tree=True)
    return etree.fromstring(safe.encode(), parser=parser)


def _has_older_parser(cls: type[XBlock]) -> bool:
    """Whether ``parse_xml`` is right for a class; it takes settings that are no values as they are."""
    from xblocks_contrib.legacy_utils.xml_utils import LegacyXmlMixin  # noqa: PLC0415 - imports every block

    own = getattr(cls, "parse_xml_new_runtime", None)
    return own is None or own.__func__ is LegacyXmlMixin.parse_xml_new_runtime.__func__


def _parse(cls: type[XBlock], node: etree._Element, runtime: LibraryRuntime) -> XBlock:
    """
    Parse by the method that the class has for libraries, if it has one of its own.

    The one that ``LegacyXmlMixin`` has for all ignores how a class defines its content, such as the answers of a
    poll; there the older method is right.
    """
    parse = cls.parse_xml if _has_older_parser(cls) else cls.parse_xml_new_runtime
    return parse(node, runtime, runtime.scope_ids)
