"""One block's OLX without an archive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from content_libraries.olx.api import DEFAULT_LIMITS, parse_block
from content_libraries.olx.errors import ArchiveTooLargeError


def test_a_component() -> None:
    text = '<problem url_name="p" display_name="P" markdown="null">\n<p>x</p></problem>'
    block = parse_block(f"<!-- c -->{text}\n")
    assert (block.tag, block.url_name, block.olx, block.path) == ("problem", "p", text, "")
    assert block.attributes == {"display_name": "P", "markdown": "null"}


def test_an_html_component() -> None:
    assert parse_block("<html><![CDATA[<p>x</p>]]></html>").body == "<p>x</p>"


def test_an_html_component_whose_body_is_elsewhere() -> None:
    block = parse_block('<html filename="h" display_name="T"/>')
    assert (block.body, block.attributes) == (None, {"display_name": "T"})


def test_pointers_and_inline_children() -> None:
    block = parse_block('<vertical><problem url_name="p"/><html>x</html></vertical>')
    assert [(child.tag, child.url_name, child.body) for child in block.children] == [
        ("problem", "p", None),
        ("html", "", "x"),
    ]


def test_limits() -> None:
    with pytest.raises(ArchiveTooLargeError, match="larger than 100 bytes"):
        parse_block(f"<problem>{'x' * 100}</problem>", limits=replace(DEFAULT_LIMITS, text_bytes=100))
