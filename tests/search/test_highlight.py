"""Excerpts of what was found."""

from __future__ import annotations

import pytest

from content_libraries.search.highlight import Excerpt, best_excerpt


def marked(text: str, q: str, *, words: int = 30) -> str:
    """The excerpt, with brackets around what was found."""
    excerpt = best_excerpt([text], q, words=words)
    result, shift = excerpt.text, 0
    for start, end in excerpt.matches:
        result = f"{result[: start + shift]}[{result[start + shift : end + shift]}]{result[end + shift :]}"
        shift += 2
    return result


@pytest.mark.parametrize(
    ("text", "q", "expected"),
    [
        ("The light of the sun.", "sun light", "The [light] of the [sun]."),
        ("L'Été est là", "ete", "L'[Été] est là"),
        ("Photosynthesis", "photo", "[Photosynthesis]"),
        ("Photosynthesis", "fotosynthesis", "[Photosynthesis]"),
        ("photo photosynthesis", "photo sun", "[photo] photosynthesis"),
        ("我们学习光合作用", "学习", "我们[学][习]光合作用"),
        ("学 习", "习学", "学 习"),
        ("Nothing here", "sun", "Nothing here"),
        ("Nothing asked", "", "Nothing asked"),
        ("", "sun", ""),
    ],
)
def test_what_was_found_is_marked(text: str, q: str, expected: str) -> None:
    assert marked(text, q) == expected


def test_long_texts_are_cut_around_the_first_match() -> None:
    text = "one two three four five six SUN eight nine ten eleven"

    assert marked(text, "sun", words=5) == "…six [SUN] eight nine ten…"
    assert marked(text, "one", words=5) == "[one] two three four five…"
    assert marked(text, "eleven", words=5) == "…ten [eleven]"


def test_the_first_text_with_a_match_is_shown() -> None:
    assert best_excerpt(["no", "sun", "sun again"], "sun").text == "sun"
    assert best_excerpt(["first", "second"], "sun").text == "first"
    assert best_excerpt(["", "second"], "sun").text == "second"
    assert best_excerpt([], "sun") == Excerpt()
