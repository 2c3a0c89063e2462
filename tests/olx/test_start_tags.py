"""Edits of a root element's start tag leave every other byte alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_libraries.olx.api import parse_block, root_tag, says_the_same, with_attributes, without_url_name
from content_libraries.olx.errors import InvalidAttributeError, MalformedXmlError

AROUND = "<?xml version='1.0'?>\n<!-- <problem url_name='no'/> -->\n{}\n<!-- end -->\n"

xml_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r\"'<>&", max_codepoint=0xFFFD)
)


def test_root_tag() -> None:
    assert root_tag(AROUND.format("<drag-and-drop-v2 url_name='x'/>")) == "drag-and-drop-v2"
    with pytest.raises(MalformedXmlError):
        root_tag("")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<problem url_name="p" weight="1">x</problem>', '<problem weight="1">x</problem>'),
        ('<problem weight="1" url_name="p"/>', '<problem weight="1"/>'),
        ("<problem weight='1'\n\turl_name = 'p'\n\tmax='2' />", "<problem weight='1'\n\tmax='2' />"),
        ("<problem url_name='>\"'/>", "<problem/>"),
        (
            '<problem x=" url_name=&quot;no&quot; " url_name="p"><problem url_name="inner"/></problem>',
            '<problem x=" url_name=&quot;no&quot; "><problem url_name="inner"/></problem>',
        ),
        (
            '<problem x:url_name="no" my_url_name="no" xmlns:x="u"/>',
            '<problem x:url_name="no" my_url_name="no" xmlns:x="u"/>',
        ),
        (
            "<problem>é<![CDATA[<problem url_name='no'>]]></problem >",
            "<problem>é<![CDATA[<problem url_name='no'>]]></problem >",
        ),
    ],
)
def test_without_url_name(before: str, after: str) -> None:
    assert without_url_name(before) == after
    assert without_url_name(AROUND.format(before)) == AROUND.format(after)


def test_attributes_are_replaced_in_place_appended_and_removed() -> None:
    text = "<problem a='1'  b='2' c='&quot;' >é</problem>"
    assert with_attributes(text, {"a": "x\"<&>\n'", "b": None, "d": "é", "gone": None}) == (
        '<problem a="x&quot;&lt;&amp;>&#10;\'" c=\'&quot;\' d="é" >é</problem>'
    )


def test_an_attribute_that_has_the_value_already_keeps_its_spelling() -> None:
    text = "<problem a='&quot;&#65;'/>"
    assert with_attributes(text, {"a": '"A', "b": None}) is text


def test_a_byte_order_mark_goes_away_only_with_an_edit() -> None:
    assert with_attributes("\ufeff<problem/>", {}) == "\ufeff<problem/>"
    assert with_attributes("\ufeff<problem/>", {"a": "1"}) == '<problem a="1"/>'


def test_characters_that_xml_cannot_hold_become_spaces() -> None:
    assert with_attributes("<problem/>", {"a": "x\x00y\x0bz"}) == '<problem a="x y z"/>'


@pytest.mark.parametrize("name", ["", "a b", 'a="1" b', "1a", "a>", "é\n"])
def test_an_attribute_name_cannot_smuggle_anything(name: str) -> None:
    with pytest.raises(InvalidAttributeError, match="rename that setting"):
        with_attributes("<problem/>", {name: "1"})


@given(st.dictionaries(st.sampled_from(["a", "b", "url_name", "display_name"]), xml_text), xml_text)
def test_setting_and_removing_gives_the_text_back(attributes: dict[str, str], value: str) -> None:
    text = with_attributes("<problem ><p>x</p></problem>", attributes)
    assert parse_block(text).attributes == {k: v for k, v in attributes.items() if k != "url_name"}
    assert with_attributes(with_attributes(text, {"new": value}), {"new": None}) == text
    assert with_attributes(text, dict.fromkeys(attributes)) == "<problem ><p>x</p></problem>"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("<html b='2' a='1'>x</html>", True),
        ('<html a="1" b="3">x</html>', False),
        ('<html a="1">x</html>', False),
        ('<html a="1" b="2">y</html>', False),
    ],
)
def test_elements_that_say_the_same(other: str, *, same: bool) -> None:
    assert says_the_same('<html a="1" b="2">x</html>', other) is same
