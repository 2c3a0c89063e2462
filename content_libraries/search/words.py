"""
Splits texts and queries into words, by the same rules on both sides of the index.

Case and accents do not count. Scripts that are written without spaces between words (Chinese, Japanese, Thai;
Korean too, because its particles stick to the words) are cut into single characters, and characters that are
adjacent in a query have to be adjacent in the text. So every language can be searched, without dictionaries.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Final

MAX_WORD: Final = 64
"""Longer words are cut to this length, in texts and in queries alike."""

MAX_TERMS: Final = 10
"""Further terms of a query are ignored."""

# Combining marks of Latin, Greek and Cyrillic, and the vowel points of Hebrew and Arabic.
_MARKS: Final = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]+")
_LETTERS: Final = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})

# Thai to Myanmar; Hangul jamo; Khmer; kana and CJK with their extensions; Hangul syllables; compatibility
# forms.
_SPACELESS: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# Letters, digits and marks. Python's \w leaves out the vowel signs of Indic scripts; the underscore parts
# words.
_WORD: Final = re.compile(f"[{_SPACELESS}]|(?:[^\\W_{_SPACELESS}]|[\u0300-\u036f\u0900-\u0963\u0966-\u0dff])+")
_IS_SPACELESS: Final = re.compile(f"[{_SPACELESS}]")


def fold(text: str) -> str:
    """Return the text without case and accents."""
    if text.isascii():
        return text.lower()
    folded = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFC", folded.translate(_LETTERS))


def words(text: str) -> list[str]:
    """Cut a text into folded words."""
    return [word[:MAX_WORD] for word in _WORD.findall(fold(text))]


@dataclass(frozen=True, slots=True)
class Term:
    """
    One term of a query.

    Args:
        words: a word, or the characters of a script without spaces, which have to be adjacent and in this order.
        is_prefix: whether longer words that begin with it match too: it is the last term, and may still be typed.
        is_quoted: whether it was in quotes, and so has to match exactly.
    """

    words: tuple[str, ...]
    is_prefix: bool = False
    is_quoted: bool = False

    @property
    def typos(self) -> int:
        """Return how many typos are forgiven: one from five letters, two from nine."""
        if len(self.words) > 1 or self.is_quoted:
            return 0
        length = len(self.words[0])
        return 2 if length >= 9 else 1 if length >= 5 else 0


def query_terms(text: str) -> tuple[Term, ...]:
    """
    Cut a query into terms, all of which have to be found. Without terms everything is found.

    A text in double quotes is one term. A quote without a second one only separates words.
    """
    terms = list(islice(_terms(text), MAX_TERMS))
    if terms and not terms[-1].is_quoted and not text[-1].isspace():
        terms[-1] = Term(terms[-1].words, is_prefix=True)
    return tuple(terms)


def _terms(text: str) -> Iterator[Term]:
    # Every second part was in quotes, except the last of an even number, whose quote is not closed.
    parts = fold(text).split('"')
    for number, part in enumerate(parts, 1):
        if number % 2 == 0 and number < len(parts):
            if found := tuple(words(part)[:MAX_TERMS]):
                yield Term(found, is_quoted=True)
            continue
        for chunk in part.split():
            yield from _terms_of_chunk(chunk)


def _terms_of_chunk(chunk: str) -> Iterator[Term]:
    found = (word[:MAX_WORD] for word in _WORD.findall(chunk))
    for is_spaceless, group in groupby(found, key=lambda word: bool(_IS_SPACELESS.match(word))):
        if is_spaceless:
            yield Term(tuple(group))
        else:
            yield from (Term((word,)) for word in group)


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A folded word and its position in the original text."""

    word: str
    start: int
    end: int


def placed_words(text: str) -> Iterator[PlacedWord]:
    """Cut a text into folded words, with their places."""
    for match in _WORD.finditer(text):
        yield PlacedWord(fold(match.group())[:MAX_WORD], match.start(), match.end())


def matching_letters(term: Term, word: PlacedWord, text: str) -> int:
    """
    Return how many letters of a word match a term of one word; 0 if it does not match.

    For a word that only begins with the term, only the letters of the beginning count.
    """
    wanted = term.words[0]
    if word.word == wanted:
        return word.end - word.start
    if term.is_prefix and word.word.startswith(wanted):
        lengths = range(1, word.end - word.start)
        folded = (fold(text[word.start : word.start + length]) for length in lengths)
        return next((length for length, part in zip(lengths, folded, strict=True) if len(part) >= len(wanted)), 0) or (
            word.end - word.start
        )
    if term.typos and is_within(term.typos, wanted, word.word, is_prefix=term.is_prefix):
        return word.end - word.start
    return 0


def is_within(distance: int, first: str, second: str, *, is_prefix: bool) -> bool:
    """
    Return whether two words differ by at most ``distance`` typos: letters added, left out, changed, or two swapped.

    Args:
        is_prefix: whether the first word may as well match just a beginning of the second.
    """
    if not is_prefix and abs(len(first) - len(second)) > distance:
        return False
    second = second[: len(first) + distance]
    # Each letter of the first word that the second lacks is a typo. This check alone rules out most words.
    if len(set(first).difference(second)) > distance:
        return False
    earlier: list[int] = []
    previous = list(range(len(second) + 1))
    for row, letter in enumerate(first, 1):
        current = [row]
        for column, other in enumerate(second, 1):
            cost = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == second[column - 2] and other == first[row - 2]:
                cost = min(cost, earlier[column - 2] + 1)
            current.append(cost)
        earlier, previous = previous, current
    return (min(previous) if is_prefix else previous[-1]) <= distance
