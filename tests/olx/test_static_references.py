"""Exactly the files that a block refers to (wire: imports-content)."""

from __future__ import annotations

import pytest

from content_libraries.olx.api import StaticFile, StaticNames, parse_block, references, resolve_references
from tests.growth import assert_grows_no_faster_than_its_input

FILES = [
    StaticFile(path, 1, "")
    for path in (
        "a.png",
        "data.png",
        "img/a.png",
        "My plan (1).pdf",
        "Brain green.png",
        "100% é.png",
        "en.srt",
        "es.srt",
        "subs_ID.srt.sjson",
        "1234-abcd-uk.srt",
        "thumb.jpg",
        "tom&jerry.png",
    )
]


def found(olx: str) -> set[str]:
    return set(references(parse_block(olx), FILES))


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="/static/a.png"/>',
        "<img src='/static/a.png'/>",
        '<img src="static/a.png"/>',
        "<a href = 'static/a.png'>x</a>",
        '<img src="/static/a.png?raw"/>',
        '<a href="/static/a.png#top">x</a>',
        '<p style="background: url(/static/a.png)">x</p>',
        "<p style=\"background: url( '/static/a.png' )\">x</p>",
        "See /static/a.png, or /static/gone.png.",
        '<img srcset="/static/a.png 2x, /static/gone.png 3x"/>',
        '<img srcset="/static/gone.png, /static/a.png 2x"/>',
        '<img srcset="/static/%61.png 2x, /static/gone.png 3x"/>',
        "![x](/static/a.png)",
        "![x](/static/a.png 'title')",
        "&lt;img src=&quot;/static/a.png&quot;&gt;",
        '<![CDATA[<img src="/static/a.png">]]>',
        '<x data="{&quot;url&quot;: &quot;/static/a.png&quot;}"/>',
        '<x data="{\\&quot;url\\&quot;: \\&quot;/static/a.png\\&quot;}"/>',
        '<img src="/asset-v1:O+C+R+type@asset+block@a.png"/>',
        '<img src="asset-v1:O+C+R+type@asset+block@a.png"/>',
        '<img src="https://studio.example.com/asset-v1:O+C+R+type@asset+block@a.png"/>',
        '<img src="/assets/courseware/v1/0123456789abcdef/asset-v1:O+C+R+type@asset+block@a.png"/>',
        '<img src="/c4x/O/C/asset/a.png"/>',
        '<img src="/%61.png"/><img src="/static/%61.png"/>',
    ],
)
def test_a_reference(markup: str) -> None:
    assert found(f"<problem>{markup}</problem>") == {"a.png"}


@pytest.mark.parametrize(
    "markup",
    [
        "a.png",
        '<img src="a.png"/>',
        '<img src="https://example.com/static/a.png"/>',
        '<img src="//example.com/static/a.png"/>',
        '<img src="/other/static/a.png"/>',
        '<img src="/static/A.png"/>',
        '<img src="/static/a.pn"/>',
        '<img src="/static/xa.png"/>',
        '<img src="/static/img"/>',
        '<img alt="static/a.png"/>',
        '<img src="/static/../static/a.png"/>',
        '<img src="/static/"/>',
    ],
)
def test_what_is_no_reference(markup: str) -> None:
    assert found(f"<problem>{markup}</problem>") == set()


def test_names_that_contain_each_other_and_equal_base_names() -> None:
    assert found('<html><img src="/static/data.png"/></html>') == {"data.png"}
    assert found('<html><img src="/static/img/a.png"/></html>') == {"img/a.png"}
    assert found('<html><img src="/static/img/a.png"/><img src="/static/a.png"/></html>') == {
        "img/a.png",
        "a.png",
    }


@pytest.mark.parametrize("name", ["My_plan__1_.pdf", "My plan (1).pdf", "My%20plan%20(1).pdf"])
def test_a_name_as_the_platform_spells_it_in_keys(name: str) -> None:
    block = parse_block(f'<html><![CDATA[<a href="/static/{name}">x</a>]]></html>')
    ((spelling, file),) = resolve_references(block, StaticNames(FILES)).items()
    assert file.path == "My plan (1).pdf"
    assert spelling == name.replace("%20", " ")


def test_an_exact_path_wins_over_a_spelling() -> None:
    names = StaticNames([StaticFile("a b", 1, ""), StaticFile("a_b", 2, "")])
    assert [file and file.size for file in (names.find("a b"), names.find("a_b"), names.find("a?b"))] == [
        1,
        2,
        None,
    ]


def test_percent_signs_and_entities() -> None:
    assert found('<html><img src="/static/100%25%20%C3%A9.png"/></html>') == {"100% é.png"}
    assert found('<html><img src="/static/tom&amp;jerry.png"/></html>') == {"tom&jerry.png"}
    assert found('<html><![CDATA[<img src="/static/tom&amp;jerry.png">]]></html>') == {"tom&jerry.png"}


def test_names_without_a_path_count_if_the_caller_tells_them() -> None:
    block = parse_block('<video sub="a.png"/>')
    assert references(block, FILES) == set()
    assert references(block, FILES, named=["a.png", "gone.png", ""]) == {"a.png"}


def test_without_a_catalog_the_names_are_as_written() -> None:
    block = parse_block('<html><img src="/static/My%20plan.png?x"/><img src="/static/gone/b.png"/></html>')
    assert references(block) == {"My plan.png", "gone/b.png"}


@pytest.mark.parametrize("text", ["/static/", "(/static/x", "=/static/x=", "asset-v1:", "/c4x/a"])
def test_a_text_takes_time_by_its_length_only(text: str) -> None:
    assert_grows_no_faster_than_its_input(
        lambda count: references(parse_block(f"<html>{text * count}</html>"), FILES), size=1_000
    )
