"""The part of a text where the words of a query were found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from .words import PlacedWord, Term, is_within, placed_words, query_terms

_MAX_WORDS: Final = 5_000
"""How far into a text words are looked for."""

_ELLIPSIS: Final = "…"


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
    Cut out of the texts the first place where words of a query are.

    Args:
        texts: what to look through, the most interesting first.
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
    placed = list(islice(placed_words(text), _MAX_WORDS))
    if not placed:
        return Excerpt()
    matching = _matching(placed, terms)
    # A few words before the first match tell what it is about.
    begin = max(0, min(matching, default=0) - length // 4)
    shown = placed[begin : begin + length]
    start = shown[0].start if begin else 0
    is_cut = begin + length < len(placed)
    end = shown[-1].end if is_cut else len(text)
    before, after = _ELLIPSIS if begin else "", _ELLIPSIS if is_cut else ""
    shift = len(before) - start
    return Excerpt(
        f"{before}{text[start:end]}{after}",
        [(word.start + shift, word.end + shift) for place, word in enumerate(shown, begin) if place in matching],
    )


def _matching(placed: list[PlacedWord], terms: Sequence[Term]) -> set[int]:
    """The places of the words that any of the terms asks for."""
    matching: set[int] = set()
    seen: dict[str, bool] = {}
    for place, word in enumerate(placed):
        if word.word not in seen:
            seen[word.word] = any(_matches(term, word.word) for term in terms if len(term.words) == 1)
        if seen[word.word]:
            matching.add(place)
        for term in terms:
            span = range(place, place + len(term.words))
            if len(span) > 1 and tuple(item.word for item in placed[place : span.stop]) == term.words:
                matching.update(span)
    return matching


def _matches(term: Term, word: str) -> bool:
    wanted = term.words[0]
    if word == wanted or (term.is_prefix and word.startswith(wanted)):
        return True
    return bool(term.typos) and is_within(term.typos, wanted, word, is_prefix=term.is_prefix)
