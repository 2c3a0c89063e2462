"""Styles of block packages, as browsers get them: they ask no other site for anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable

import pytest
from django.test import Client
from xblock.core import XBlock

from content_libraries.content.api import block_class
from content_libraries.xblocks.stylesheets import of_this_site

from .client import BlockClient

ELSEWHERE = re.compile(r"""(?:@import|url\()\s*[("']*\s*(?:https?:)?//[^)"';]*""", re.IGNORECASE)
PUBLIC = ("public", "static")


def stylesheets() -> list[tuple[str, str]]:
    """Type and path of each stylesheet that this site serves of packages of blocks."""
    types = {
        point.name.removeprefix("_").removesuffix("_extracted") for point in entry_points(group=XBlock.entry_point)
    }
    found: dict[tuple[str, str], str] = {}
    for block_type in sorted(types):
        if cls := block_class(block_type):
            package = cls.__module__.rpartition(".")[0]
            for folder in PUBLIC:
                for path in css_files(files(package) / folder, folder):
                    found.setdefault((package, path), block_type)
    return [(block_type, path) for (_package, path), block_type in found.items()]


def css_files(folder: Traversable, name: str) -> Iterator[str]:
    for entry in folder.iterdir() if folder.is_dir() else ():
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            yield from css_files(entry, path)
        elif path.endswith(".css"):
            yield path


def test_no_stylesheet_that_is_served_names_another_site(client: Client) -> None:
    paths = stylesheets()
    assert ("video", "public/css/video.css") in paths
    for block_type, path in paths:
        answer = client.get(f"/xblocks/v2/resources/{block_type}/{path}")
        assert answer.status_code == 200, path
        assert answer["Content-Type"] == "text/css"
        assert not ELSEWHERE.findall(answer.content.decode()), path


@pytest.mark.django_db
@pytest.mark.parametrize("block_type", ["html", "word_cloud", "annotatable", "lti"])
def test_no_style_in_a_page_names_another_site(lib: BlockClient, block_type: str) -> None:
    lib.add(f"{block_type}:b1", f"<{block_type}><p>Text</p></{block_type}>")
    styles = [
        resource["data"] for resource in lib.view(f"{block_type}:b1")["resources"] if resource["mimetype"] == "text/css"
    ]
    assert styles
    assert not ELSEWHERE.findall("".join(styles))
    assert "fonts.googleapis.com" not in lib.embed(f"{block_type}:b1").content.decode()


@pytest.mark.parametrize(
    "css",
    [
        '@import url("https://fonts.example.com/css?family=Open+Sans:300,400");',
        "@import url(https://fonts.example.com/css2?f=A:wght@400;700);",
        "@IMPORT 'http://fonts.example.com/a.css' screen and (min-width: 1px);",
        '@import"//fonts.example.com/a.css";',
    ],
)
def test_imports_of_other_sites_are_left_out(css: str) -> None:
    rest = ".a{color:red}"
    assert of_this_site(f"{css}{rest}").strip() == rest


@pytest.mark.parametrize("address", ["https://a.example/x.png", " '//a.example/x.png' ", '"HTTP://a.example/x.png"'])
def test_pictures_of_other_sites_are_nothing(address: str) -> None:
    assert of_this_site(f".a{{background:url({address}) 0 0}}") == '.a{background:url("data:,") 0 0}'


@pytest.mark.parametrize(
    "css",
    [
        '@import url("more.css");.a{color:red}',
        "@import 'more.css' screen;.a{background:url(../img/x.png)}",
        ".a{background:url(/static/x.png)} /* see https://example.com/ */",
        ".a{background:url(data:image/png;base64,AA//AA)}",
        ".a::after{content:'//'}",
    ],
)
def test_everything_else_stays_as_it_is(css: str) -> None:
    assert of_this_site(css) == css
