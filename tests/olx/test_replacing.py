"""Texts of OLX are found and replaced; markup, and everything that is not found, stays byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from content_libraries.olx.api import OlxError, RefusedPatternError, Replacing, check_replacing, replaced_in
from content_libraries.olx.text_values import markup_of


def replaced(olx: str, find: str, replace: str, **options: bool) -> str:
    return replaced_in(olx, Replacing(find, replace, **options)).text


@pytest.mark.parametrize(
    ("olx", "expected"),
    [
        ("<problem><p>old</p></problem>", "<problem><p>NEW</p></problem>"),
        ('<problem display_name="An old one"/>', '<problem display_name="An NEW one"/>'),
        ("<problem display_name='An old one'/>", "<problem display_name='An NEW one'/>"),
        ('<problem><a href="http://old.org/">x</a></problem>', '<problem><a href="http://NEW.org/">x</a></problem>'),
        ("<html><![CDATA[<p>old</p>]]></html>", "<html><![CDATA[<p>NEW</p>]]></html>"),
        ("<html>&lt;p&gt;old&lt;/p&gt;</html>", "<html>&lt;p&gt;NEW&lt;/p&gt;</html>"),
        ("<html><p>old</p></html>", "<html><p>NEW</p></html>"),
        (
            '<html><![CDATA[<img src=/static/old.png alt="old">]]></html>',
            '<html><![CDATA[<img src=/static/NEW.png alt="NEW">]]></html>',
        ),
        ('<problem markdown="&gt;&gt;old&lt;&lt;&#10;="/>', '<problem markdown="&gt;&gt;NEW&lt;&lt;&#10;="/>'),
        (
            '<x data="{&quot;old&quot;: [&quot;an old one&quot;]}"/>',
            '<x data="{&quot;old&quot;: [&quot;an NEW one&quot;]}"/>',
        ),
        (
            '<x data="[&quot;&lt;b class=&apos;old&apos;&gt;old&lt;/b&gt;&quot;]"/>',
            '<x data="[&quot;&lt;b class=&apos;old&apos;&gt;NEW&lt;/b&gt;&quot;]"/>',
        ),
        ('<x title="2 &lt; old"/>', '<x title="2 &lt; NEW"/>'),
        ('<x title="1 &lt;y and old"/>', '<x title="1 &lt;y and NEW"/>'),
        ("<problem>a &#233; old &#160;b</problem>", "<problem>a &#233; NEW &#160;b</problem>"),
    ],
)
def test_texts_are_replaced_wherever_they_stand(olx: str, expected: str) -> None:
    assert replaced(olx, "old", "NEW") == expected


@pytest.mark.parametrize(
    "olx",
    [
        "<old/>",
        '<problem old="1"/>',
        "<problem><old>x</old></problem>",
        "<problem><!-- old --></problem>",
        "<problem><?old old?></problem>",
        '<problem><p id="old" class="old" name="old" onclick="old()">x</p></problem>',
        '<problem><script type="loncapa/python">old = 1</script><style>old {}</style></problem>',
        '<html><![CDATA[<p class="old" old>x</p><!-- old --><script>old</script>]]></html>',
        '<html><![CDATA[<a href="old]]></html>',
        '<html url_name="old" filename="old"/>',
        '<problem upstream="lb:old:old:problem:old" upstream_display_name="old" copied_from_block="old"/>',
        '<x data="{&quot;old&quot;: 1}"/>',
    ],
)
def test_markup_code_comments_identifiers_and_links_to_libraries_stay(olx: str) -> None:
    assert replaced(olx, "old", "NEW") == olx


def test_numbers_and_flags_in_attributes_are_no_texts_but_a_title_is() -> None:
    olx = '<problem max_attempts="3" show="true" display_name="3"><choice correct="true">3</choice></problem>'
    assert replaced(olx, "3", "4") == olx.replace('display_name="3"', 'display_name="4"').replace(">3<", ">4<")
    assert replaced(olx, "true", "no") == olx


def test_a_new_text_is_escaped_for_its_place() -> None:
    olx = '<html display_name="x"><![CDATA[<b title="x">x</b>]]></html>'
    new = "<script>\"Q&A'"
    assert replaced(olx, "x", new) == (
        '<html display_name="&lt;script&gt;&quot;Q&amp;A\'">'
        '<![CDATA[<b title="&lt;script&gt;&quot;Q&amp;A\'">&lt;script&gt;"Q&amp;A\'</b>]]></html>'
    )
    assert replaced("<html>&lt;b&gt;x&lt;/b&gt;</html>", "x", "<") == "<html>&lt;b&gt;&amp;lt;&lt;/b&gt;</html>"
    assert replaced("<html><![CDATA[<a href=x>y</a>]]></html>", "x", "a b>") == (
        "<html><![CDATA[<a href=a&#32;b&gt;>y</a>]]></html>"
    )


def test_entities_are_read_before_they_are_compared() -> None:
    assert replaced("<problem>caf&#233; &amp; bar</problem>", "café & bar", "tea") == "<problem>tea</problem>"
    assert replaced("<html><![CDATA[caf&eacute; &amp; bar]]></html>", "café & bar", "tea") == (
        "<html><![CDATA[tea]]></html>"
    )
    assert replaced("<problem>&amp;</problem>", "amp", "x") == "<problem>&amp;</problem>"


def test_line_breaks_are_read_as_xml_reads_them() -> None:
    assert replaced("<problem>a\r\nb\r\nc</problem>", "a\nb", "x") == "<problem>x\r\nc</problem>"


def test_a_cdata_section_cannot_be_ended_from_inside() -> None:
    for olx, find in (("<problem><![CDATA[a]]x>]]></problem>", "x"), ("<problem><![CDATA[ax]]></problem>", "x")):
        new = "" if "]]x" in olx else "]]><p>"
        with pytest.raises(OlxError):
            replaced(olx, find, new)


def test_whole_words_upper_and_lower_case_in_any_script() -> None:
    text = "<problem>cat Cat concat catérine cat_ (cat)</problem>"
    assert replaced(text, "cat", "x", whole_words=True) == text.replace(">cat", ">x").replace("(cat)", "(x)")
    assert replaced("<problem>ÉA éa ЖУК жук</problem>", "éa", "x", match_case=False) == "<problem>x x ЖУК жук</problem>"
    assert replaced("<problem>ЖУК жук</problem>", "жук", "x", match_case=False) == "<problem>x x</problem>"
    assert replaced("<problem>😀😀a</problem>", "😀a", "é") == "<problem>😀é</problem>"


def test_groups_of_regular_expressions() -> None:
    olx = "<problem>Ann Lee, $1 \\1</problem>"
    assert replaced(olx, r"(\w+) (?P<last>Lee)", r"\g<last> \1 $1 \\1 \0", regex=True) == (
        "<problem>Lee Ann $1 \\1 Ann Lee, $1 \\1</problem>"
    )
    assert replaced(olx, "$1", r"\1") == "<problem>Ann Lee, \\1 \\1</problem>"
    assert replaced("<problem>ab</problem>", "a(x)?b", r"[\1]", regex=True) == "<problem>[]</problem>"


@pytest.mark.parametrize(
    ("pattern", "field"),
    [
        (Replacing("", "x"), "find"),
        (Replacing("a" * 1001, "x"), "find"),
        (Replacing("(", "x", regex=True), "find"),
        (Replacing("(?=a)", "x", regex=True), "find"),
        (Replacing(r"(a)\1", "x", regex=True), "find"),
        (Replacing("a*", "x", regex=True), "find"),
        (Replacing("(((a{30}){30}){30}){30}", "x", regex=True), "find"),
        (Replacing(r"((\pL\pN){100}){5}", "x", regex=True), "find"),
        (Replacing("a", "x" * 10_001), "replace"),
        (Replacing("a", "\x01"), "replace"),
        (Replacing("a", "\ud800"), "replace"),
        (Replacing("a", r"\1", regex=True), "replace"),
        (Replacing("a", r"\g<b>", regex=True), "replace"),
        (Replacing("a", r"\q", regex=True), "replace"),
        (Replacing("a", "\\", regex=True), "replace"),
        (Replacing("\ud800", "x"), "find"),
    ],
)
def test_patterns_that_are_refused_name_their_field(pattern: Replacing, field: str) -> None:
    with pytest.raises(RefusedPatternError) as caught:
        check_replacing(pattern)
    assert caught.value.field == field


def test_a_catastrophic_pattern_is_harmless() -> None:
    olx = f"<problem>{'a' * 50_000}!</problem>"
    assert replaced(olx, "(a+)+$", "x", regex=True) == olx
    assert replaced(olx, "(a|aa)+$", "x", regex=True) == olx


@pytest.mark.parametrize("html", ["<a " * 100_000, "<" * 300_000, "<a b=" + "'" * 100_001, "<p " + "x" * 300_000 + ">"])
def test_catastrophic_html_is_harmless(html: str) -> None:
    olx = f"<html><![CDATA[{html}]]></html>"
    assert replaced(olx, "y", "z") == olx


def test_growth_and_matches_have_bounds() -> None:
    with pytest.raises(OlxError, match="too many matches"):
        replaced(f"<problem>{'a' * 10_001}</problem>", "a", "b")
    with pytest.raises(OlxError, match="too long"):
        replaced(f"<problem>{'a' * 101}</problem>", "a", "b" * 10_000)


def test_changes_are_counted_by_field_and_shown_in_excerpts() -> None:
    result = replaced_in('<html display_name="old"><p>An old, old one</p></html>', Replacing("old", "new"))
    assert result.counts == {"display_name": 1, "data": 2}
    assert [(each.field, each.before, each.after) for each in result.excerpts] == [
        ("display_name", "old", "new"),
        ("data", "An old, old one", "An new, old one"),
        ("data", "An old, old one", "An old, new one"),
    ]


TEXTS = st.text(alphabet="ab<>&\"'é ]=/!-\n", max_size=8)


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> etree._Element:
    element = etree.Element(draw(st.sampled_from(["html", "problem", "p", "script"])))
    for name in draw(st.sets(st.sampled_from(["a", "title", "class", "display_name", "data"]))):
        element.set(name, draw(TEXTS))
    is_section = draw(st.booleans())
    text = draw(TEXTS)
    element.text = etree.CDATA(text.replace("]]>", "")) if is_section else text
    for child in draw(st.lists(elements(depth - 1), max_size=2)) if depth else ():
        child.tail = draw(TEXTS)
        element.append(child)
    return element


@given(elements(), TEXTS.filter(bool), TEXTS)
def test_the_structure_of_any_olx_survives_any_replacement(element: etree._Element, find: str, new: str) -> None:
    olx = etree.tostring(element, encoding="unicode")
    try:
        result = replaced_in(olx, Replacing(find, new))
    except OlxError:
        return
    assert markup_of(result.text) == markup_of(olx)
    read = etree.fromstring(result.text)
    assert [each.tag for each in read.iter()] == [each.tag for each in element.iter()]
    assert [sorted(each.keys()) for each in read.iter()] == [sorted(each.keys()) for each in element.iter()]
    if not result.counts:
        assert result.text == olx
