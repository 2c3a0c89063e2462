"""Converts links to external tools (LTI) to blocks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from . import xml

TOOL: Final = "lti"
_CONSUMER: Final = "lti_consumer"


@dataclass(frozen=True, slots=True)
class Tool:
    """
    An external tool.

    Args:
        title: its title; "" if it has none.
        settings: the settings of its block; empty if the tool has no web address.
    """

    title: str
    settings: Mapping[str, str]


def tool_of(root: etree._Element) -> Tool:
    """Read a ``cartridge_basiclti_link``."""
    addresses = [xml.text(root, tag) for tag in ("secure_launch_url", "launch_url")]
    url = next((address for address in addresses if urlsplit(address).scheme in {"http", "https"}), "")
    title = xml.text(root, "title")
    if not url:
        return Tool(title, {})
    settings = {"launch_url": url}
    custom = [
        f"{name}={xml.text(element)}"
        for element in xml.children(xml.first(root, "custom"), "property")
        if (name := xml.attribute(element, "name"))
    ]
    if custom:
        settings["custom_parameters"] = json.dumps(custom, ensure_ascii=False)
    if description := xml.text(root, "description"):
        settings["description"] = description
    return Tool(title, settings)


def tool_types() -> tuple[str, str]:
    """
    Return the type of block for external tools on this site, and the type on other sites.

    The type is ``lti_consumer`` if the site has it, otherwise ``lti``.
    """
    has_consumer = bool(entry_points(group="xblock.v1", name=_CONSUMER))
    return (_CONSUMER, TOOL) if has_consumer else (TOOL, _CONSUMER)
