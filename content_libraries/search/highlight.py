"""Finds the part of a text that contains the words of a query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from .words import PlacedWord, Term, matching_letters, placed_words, query_terms

MAX_WORDS: Final = 5_000
"""How far into a text words are looked for."""

MAX_EXCERPT: Final = 1_000
"""Characters of an excerpt. Words and the text between them can have any length."""

ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """
    A part of a text.

    Args:
        text: the part, with an ellipsis where something is left out.
        matches: where in it the words of the query are: starts and ends.
    """

    text: str = ""
    matches: Sequence[tuple[int, int]] = ()


def best_excerpt(texts: Iterable[str], q: str, *, words: int = 30) -> Excerpt:
    """
    Cut out the first place in the texts that contains words of a query.

    Args:
        texts: the texts to search, the most interesting first.
        q: the query.
        words: how long the excerpt is.

    Returns: the excerpt; the beginning of the first text if none of them has any of the words.
    """
    terms = query_terms(q)
    first = Excerpt()
    for text in texts:
        excerpt = _excerpt(text, terms, words)
        if excerpt.matches:
            return excerpt
        first = first if first.text else excerpt
    return first


def _excerpt(text: str, terms: Sequence[Term], length: int) -> Excerpt:
    placed = list(islice(placed_words(text), MAX_WORDS))
    if not placed:
        return Excerpt()
    matching = matching_places(text, placed, terms)
    # A few words before the first match give the context.
    begin = max(0, min(matching, default=0) - length // 4)
    shown = placed[begin : begin + length]
    start = shown[0].start if begin else 0
    end = shown[-1].end if begin + length < len(placed) else len(text)
    if end - start > MAX_EXCERPT:
        first = placed[min(matching, default=begin)].start
        start = max(start, min(first - MAX_EXCERPT // 4, end - MAX_EXCERPT))
        end = min(end, start + MAX_EXCERPT)
    before, after = ELLIPSIS if start else "", ELLIPSIS if end < len(text) else ""
    shift = len(before) - start
    return Excerpt(
        f"{before}{text[start:end]}{after}",
        [
            (word.start + shift, min(word.end, end) + shift)
            for place, word in enumerate(shown, begin)
            if place in matching and start <= word.start < end
        ],
    )


def matching_places(text: str, placed: Sequence[PlacedWord], terms: Sequence[Term]) -> dict[int, int]:
    """
    Find the words of a text that match any of the terms.

    Returns: place of the word -> how many of its letters, from the first, were asked for.
    """
    matching: dict[int, int] = {}
    single = [term for term in terms if len(term.words) == 1]
    phrases = [term.words for term in terms if len(term.words) > 1]
    seen: dict[str, int] = {}
    for place, word in enumerate(placed):
        if word.word not in seen:
            seen[word.word] = max((matching_letters(term, word, text) for term in single), default=0)
        if letters := seen[word.word]:
            matching[place] = letters
        for phrase in phrases:
            if word.word == phrase[0] and phrase == tuple(item.word for item in placed[place : place + len(phrase)]):
                span = range(place, place + len(phrase))
                matching.update({inside: placed[inside].end - placed[inside].start for inside in span})
    return matching
