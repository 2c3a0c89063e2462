"""OLX that tries to read files, to reach the network, to exhaust us, or to mean two things at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from content_libraries.olx.api import (
    DEFAULT_LIMITS,
    parse_block,
    read_archive,
    with_attributes,
    without_url_name,
)
from content_libraries.olx.errors import (
    ArchiveTooLargeError,
    ForbiddenDoctypeError,
    MalformedXmlError,
    OlxError,
)
from tests.growth import assert_grows_no_faster_than_its_input

from .builders import CourseFolder, faults_in

DOCTYPES = {
    "billion laughs": '<!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><problem>&b;</problem>',
    "quadratic blow-up": f'<!DOCTYPE p [<!ENTITY a "{"a" * 10_000}">]><problem>{"&a;" * 10_000}</problem>',
    "external entity, file": '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><problem>&x;</problem>',
    "external entity, http": '<!DOCTYPE p [<!ENTITY x SYSTEM "http://localhost/">]><problem>&x;</problem>',
    "parameter entity": '<!DOCTYPE p [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><problem/>',
}
HARMLESS_DOCTYPES = {
    "no entity": "<!DOCTYPE problem><problem/>",
    "external DTD": '<!DOCTYPE problem SYSTEM "http://localhost/p.dtd"><problem/>',
    "XHTML": '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://localhost/x.dtd"><problem/>',
    "a character": '<!DOCTYPE p [<!ENTITY nbsp "&#160;">]>\n<problem>&nbsp;</problem>',
    "an attribute": '<!DOCTYPE p [<!ATTLIST problem a CDATA "1">]><problem/>',
    "a subset that does not end": "<!DOCTYPE p [<problem/>",
}


@pytest.mark.parametrize("text", HARMLESS_DOCTYPES.values(), ids=HARMLESS_DOCTYPES.keys())
def test_a_doctype_without_a_harmful_entity_fails_its_block_only(course_folder: CourseFolder, text: str) -> None:
    (fault,) = faults_in(read_archive(course_folder({"problem/p.xml": text})))
    assert (fault.path, fault.line) == ("problem/p.xml", 1)
    for function in (parse_block, without_url_name):
        with pytest.raises((ForbiddenDoctypeError, MalformedXmlError)):
            function(text)


@pytest.mark.parametrize("text", DOCTYPES.values(), ids=DOCTYPES.keys())
def test_a_doctype_with_a_harmful_entity_refuses_the_archive(course_folder: CourseFolder, text: str) -> None:
    folder = course_folder({"problem/p.xml": text})
    with pytest.raises(ForbiddenDoctypeError, match=r"problem/p\.xml has a DOCTYPE.*remove") as caught:
        read_archive(folder)
    assert caught.value.path == "problem/p.xml"
    for function in (parse_block, without_url_name):
        with pytest.raises(ForbiddenDoctypeError):
            function(text)


def test_an_undeclared_entity_is_malformed() -> None:
    with pytest.raises(MalformedXmlError, match="undefined entity"):
        parse_block("<problem>&nbsp;</problem>")


@pytest.mark.parametrize(
    "text",
    [
        '<problem xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></problem>',
        '<?xml-stylesheet type="text/xsl" href="http://localhost/x.xsl"?><problem/>',
        '<problem xmlns="http://example.com/other"><x:y xmlns:x="urn:z"/></problem>',
    ],
    ids=["XInclude", "XSLT", "namespaces"],
)
def test_what_points_elsewhere_stays_text(text: str) -> None:
    block = parse_block(text)
    assert block.tag == "problem"
    assert block.children == ()
    assert block.olx == text[text.index("<problem") :]


def test_elements_nested_50000_deep() -> None:
    with pytest.raises(ArchiveTooLargeError, match="more than 200 deep"):
        parse_block("<problem>" + "<p>" * 50_000 + "</p>" * 50_000 + "</problem>")


def test_an_attribute_of_20_mb(course_folder: CourseFolder) -> None:
    folder = course_folder({"problem/p.xml": f'<problem a="{"x" * 20_000_000}"/>'})
    with pytest.raises(ArchiveTooLargeError, match=r"problem/p\.xml"):
        read_archive(folder)


def test_too_many_elements_in_all_files_together(course_folder: CourseFolder) -> None:
    folder = course_folder({"problem/p.xml": f"<problem>{'<p/>' * 100}</problem>"})
    with pytest.raises(ArchiveTooLargeError, match="number of XML elements and attributes above 100"):
        read_archive(folder, limits=replace(DEFAULT_LIMITS, elements=100))


def test_a_text_of_20_mb_without_an_archive() -> None:
    with pytest.raises(ArchiveTooLargeError, match="larger than 16,777,216 bytes"):
        parse_block(f"<problem>{'x' * 20_000_000}</problem>")


def test_a_draft_that_points_to_itself(course_folder: CourseFolder) -> None:
    folder = course_folder({"drafts/vertical/v.xml": '<vertical><vertical url_name="v"/></vertical>'})
    (fault,) = faults_in(read_archive(folder))
    assert "drafts/vertical/v.xml contains itself" in fault.message


def test_texts_above_their_limit_together(course_folder: CourseFolder) -> None:
    folder = course_folder({f"about/{number}.html": "x" * 1000 for number in range(10)})
    with pytest.raises(ArchiveTooLargeError, match="texts of the archive"):
        read_archive(folder, limits=replace(DEFAULT_LIMITS, total_text_bytes=5000))


def test_inline_nesting_does_not_multiply_memory(course_folder: CourseFolder) -> None:
    content = "x" * 10_000
    for level in range(20):
        content = f'<wrapper url_name="w{level}">{content}</wrapper>'
    folder = course_folder({"vertical/v.xml": f"<vertical>{content}</vertical>", "problem/p.xml": ""})
    with pytest.raises(ArchiveTooLargeError, match="OLX of all blocks"):
        read_archive(folder, limits=replace(DEFAULT_LIMITS, total_text_bytes=100_000))


def test_blocks_nested_too_deep_over_files(course_folder: CourseFolder) -> None:
    chain = {f"vertical/v{n}.xml": f'<vertical><vertical url_name="v{n + 1}"/></vertical>' for n in range(1000)}
    folder = course_folder({**chain, "vertical/v.xml": '<vertical><vertical url_name="v0"/></vertical>'})
    with pytest.raises(ArchiveTooLargeError, match="more than 50 deep"):
        read_archive(folder)


def test_a_graph_that_unfolds_to_a_million_million_blocks(course_folder: CourseFolder) -> None:
    """Forty levels of two blocks, each pointing to both of the next level: small files, 2**40 paths."""
    files = {"vertical/v.xml": '<vertical><vertical url_name="a0"/></vertical>'}
    for level in range(40):
        for side in "ab":
            pointers = "".join(f'<vertical url_name="{other}{level + 1}"/>' for other in "ab")
            files[f"vertical/{side}{level}.xml"] = f"<vertical>{pointers}</vertical>"
    files |= {f"vertical/{side}40.xml": "<vertical/>" for side in "ab"}
    with pytest.raises(ArchiveTooLargeError, match="more than 200,000 blocks"):
        read_archive(course_folder(files))


def test_too_many_blocks_in_one_file() -> None:
    with pytest.raises(ArchiveTooLargeError, match="number of blocks above 200,000"):
        parse_block(f"<vertical>{'<a/>' * 200_001}</vertical>")


def test_a_block_that_contains_itself(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "vertical/v.xml": '<vertical><vertical url_name="w"/></vertical>',
            "vertical/w.xml": '<vertical><wrapper><vertical url_name="v"/></wrapper></vertical>',
        }
    )
    tree = read_archive(folder)
    (fault,) = faults_in(tree)
    assert re.search(r"vertical/v\.xml contains itself, through .*vertical/w\.xml", fault.message)
    assert [block.key for block in tree.walk() if not block.fault][-3:] == [
        ("vertical", "v"),
        ("vertical", "w"),
        ("wrapper", ""),
    ]


@pytest.mark.parametrize("url_name", ["../../../etc/passwd", "/etc/passwd", "..:..:..:etc:passwd", "a/../../b"])
def test_a_pointer_that_leads_out_finds_nothing(course_folder: CourseFolder, url_name: str) -> None:
    folder = course_folder({"vertical/v.xml": f'<vertical><problem url_name="{url_name}"/></vertical>'})
    (fault,) = faults_in(read_archive(folder))
    assert "which is not there" in fault.message


def test_an_html_body_that_leads_out_finds_nothing(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "vertical/v.xml": '<vertical><html url_name="h"/></vertical>',
            "html/h.xml": '<html filename="../../../../etc/passwd"/>',
        }
    )
    (fault,) = faults_in(read_archive(folder))
    assert "etc/passwd" in fault.message


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'<problem display_name="caf\x81"/>', r"is not UTF-8 \(byte 26\)"),
        (b'<?xml version="1.0" encoding="Shift_JIS"?><problem/>', "declares the encoding Shift_JIS"),
    ],
)
def test_an_encoding_that_cannot_be_told_fails_by_name(course_folder: CourseFolder, data: bytes, words: str) -> None:
    folder = course_folder({"problem/p.xml": data})
    (fault,) = faults_in(read_archive(folder))
    assert re.search(rf"problem/p\.xml {words}.*save it as UTF-8", fault.message)
    assert (fault.path, fault.line) == ("problem/p.xml", 1)


def test_an_html_body_of_another_encoding_fails_by_name(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "vertical/v.xml": '<vertical><html url_name="h"/></vertical>',
            "html/h.xml": '<html filename="h"/>',
            "html/h.html": b"<p>caf\x81</p>",
        }
    )
    (fault,) = faults_in(read_archive(folder))
    assert "html/h.html is not UTF-8" in fault.message


def test_a_byte_order_mark_is_tolerated(course_folder: CourseFolder) -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<problem display_name="é"><p>ü</p></problem>'
    tree = read_archive(course_folder({"problem/p.xml": b"\xef\xbb\xbf" + text.encode()}))
    (problem,) = (block for block in tree.walk() if block.tag == "problem")
    assert problem.olx == '<problem display_name="é"><p>ü</p></problem>'


def test_malformed_xml_is_located(course_folder: CourseFolder) -> None:
    folder = course_folder({"problem/p.xml": "<problem>\n  <p>1 < 2</p>\n</problem>"})
    (fault,) = faults_in(read_archive(folder))
    assert "problem/p.xml is not well-formed XML at line 2, column 9" in fault.message
    assert (fault.path, fault.line) == ("problem/p.xml", 2)
    with pytest.raises(MalformedXmlError) as caught:
        parse_block("<problem>\n  <p>1 < 2</p>\n</problem>")
    assert (caught.value.line, caught.value.column) == (2, 9)


@pytest.mark.parametrize("text", ["", "   ", "hello", "<a/><b/>", "<a", "\x00", "<a>\x0b</a>"])
def test_what_is_no_xml_at_all_is_malformed(text: str) -> None:
    with pytest.raises(MalformedXmlError):
        parse_block(text)


@pytest.mark.parametrize(
    "text",
    [
        lambda size: f"<problem a='1'{' ' * size}/>",
        lambda size: f"<html filename='x'{' ' * size}></html>",
        lambda size: f"<problem{' a' * size}>",
        lambda size: "<problem>" + "<" * size,
        lambda size: "<problem a='" + "&lt;" * size + "'/>",
    ],
)
def test_a_text_takes_time_by_its_length_only(text: Callable[[int], str]) -> None:
    def read(size: int) -> None:
        with suppress(OlxError):
            with_attributes(text(size), {"url_name": "x"})
            parse_block(text(size))

    assert_grows_no_faster_than_its_input(read, size=50_000)
