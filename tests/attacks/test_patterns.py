"""Texts for which a regular expression would begin anew at each of their characters."""

from __future__ import annotations

import tracemalloc

import pytest

from content_libraries.imports.questions.html import body_of
from content_libraries.olx.api import OlxError, Replacing, replaced_in
from content_libraries.xblocks.stylesheets import of_this_site
from tests.growth import assert_grows_no_faster_than_its_input


@pytest.mark.parametrize(
    "text",
    ["@import url(", "@import ", '@import "', "url(", "url('", "url(a ", "url(a\\", "@import url(a) ", "url( "],
)
def test_stylesheets(text: str) -> None:
    """The web process reads those that code of blocks makes: 72 KB took a minute, and twice as many eight."""
    assert_grows_no_faster_than_its_input(lambda size: of_this_site(text * size), size=5_000)
    assert_grows_no_faster_than_its_input(lambda size: of_this_site(text + text[-1] * size), size=50_000)


@pytest.mark.parametrize("text", ["<body", "<body ", "<body>", "</body ", "<body></body "])
def test_pages_of_cartridges(text: str) -> None:
    assert_grows_no_faster_than_its_input(lambda size: body_of(text * size), size=20_000)
    assert_grows_no_faster_than_its_input(lambda size: body_of(text + " " * size), size=200_000)


@pytest.mark.parametrize(
    "address", ["//a.example/x", "'//a.example/x'", ' "//a.example/(x)" ', r"//a.example/\(x\)", r"//a.example/a\ b "]
)
def test_addresses_elsewhere_are_found_all_the_same(address: str) -> None:
    assert "a.example" not in of_this_site(f"a {{ background: url({address}); }} @import url({address}) print;")


def test_replacements_that_repeat_what_was_found() -> None:
    """Five thousand times a text of a megabyte was five gigabytes, before anything looked at its length."""
    replacing = Replacing("a+", r"\0" * 5_000, regex=True)
    tracemalloc.start()
    try:
        with pytest.raises(OlxError, match="too long"):
            replaced_in(f"<problem><p>{'a' * 20_000}</p></problem>", replacing)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
