"""
Finds and replaces texts in OLX. Everything else keeps its spelling.

Patterns are matched by RE2, whose time grows only with the length of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import re2

from ..translation import gettext as _
from .errors import OlxError, RefusedPatternError
from .spelled import Spelled
from .text_values import markup_of, text_values
from .xml_source import parse_document, xml_safe

__all__ = ["Excerpt", "Replaced", "Replacing", "check_replacing", "replaced_in", "replaced_in_text"]

MAX_FIND: Final = 1_000
"""How many characters may be looked for."""

MAX_REPLACE: Final = 10_000
"""How many characters may stand in their place."""

MAX_MATCHES: Final = 10_000
"""How often one block may be changed."""

MAX_GROWTH: Final = 1_000_000
"""How many characters one block may gain."""


class _Match(Protocol):
    def __getitem__(self, group: int) -> str | None: ...

    def span(self) -> tuple[int, int]: ...


class _Pattern(Protocol):
    """A pattern of RE2, which has no types of its own."""

    groups: int
    groupindex: Mapping[str, int]
    programsize: int

    def finditer(self, text: str) -> Iterator[_Match]: ...

    def fullmatch(self, text: str) -> _Match | None: ...


_MAX_MEMORY: Final = 1024 * 1024
_MAX_PROGRAM: Final = 5_000
"""RE2's measure of a pattern: the time for each character grows with it in the worst case."""

_MOST_EXCERPTS: Final = 20
_AROUND: Final = 40
_MAX_EXCERPT: Final = 200
_REFERENCE: Final = re.compile(r"\\(?:([0-9])|g<(\w{1,100})>|(.)|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Replacing:
    """
    The texts to find and their replacements.

    Args:
        find: a text, or a regular expression of RE2.
        replace: the text in its place. For regular expressions, ``\\1`` and ``\\g<name>`` stand for groups, ``\\0`` for
            all that was found, and ``\\\\`` for a backslash.
        whole_words: leave out matches that begin or end within a word.
        regex: whether ``find`` is a regular expression.
        match_case: whether upper and lower case differ.
    """

    find: str
    replace: str
    whole_words: bool = False
    regex: bool = False
    match_case: bool = True


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A replacement with some of the text around it. ``field`` is as in ``TextValue``."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """
    The result for one text or block.

    Args:
        text: the new text.
        counts: field -> how many replacements were made in it.
        excerpts: the first replacements.
    """

    text: str
    counts: Mapping[str, int]
    excerpts: tuple[Excerpt, ...]


def check_replacing(replacing: Replacing) -> None:
    """
    Raise RefusedPatternError if nothing can be found with a pattern, or if the replacement cannot be made.

    The error names the field ``find`` or ``replace``.
    """
    _Matcher(replacing)


def replaced_in(olx: str, replacing: Replacing) -> Replaced:
    """
    Replace texts in the OLX of a block.

    Raises RefusedPatternError, and OlxError if the block has too many matches, would become too long, or could not hold
    the new text.
    """
    matcher = _Matcher(replacing)
    work = _Work()
    for value in text_values(olx):
        work.add(value.field, value.spelled, matcher)
    if not work.edits:
        return Replaced(olx, {}, ())
    new = work.applied_to(olx)
    parse_document(new.encode())
    if markup_of(new) != markup_of(olx):
        raise OlxError(_("With this text, the OLX would have another structure."))
    return work.result(new)


def replaced_in_text(text: str, replacing: Replacing, *, field: str) -> Replaced:
    """Replace texts in a plain text, such as a title. Raises the errors of ``replaced_in``."""
    work = _Work()
    work.add(field, Spelled(text, range(len(text) + 1), str), _Matcher(replacing))
    return work.result(work.applied_to(text))


class _Work:
    """Collects replacements in one source."""

    def __init__(self) -> None:
        self.edits: list[tuple[int, int, str]] = []
        self.counts: Counter[str] = Counter()
        self.excerpts: list[Excerpt] = []
        self.growth = 0

    def add(self, field: str, spelled: Spelled, matcher: _Matcher) -> None:
        for start, end, new in matcher.replacements(spelled.text):
            if new == spelled.text[start:end] or spelled.cuts_escape(start) or spelled.cuts_escape(end):
                continue
            written = spelled.write(new)
            self.growth += len(written)
            if len(self.edits) >= MAX_MATCHES or self.growth > MAX_GROWTH:
                raise _too_much()
            self.edits.append((spelled.at[start], spelled.at[end], written))
            self.counts[field] += 1
            if len(self.excerpts) < _MOST_EXCERPTS:
                self.excerpts.append(_excerpt(field, spelled.text, start, end, new))

    def applied_to(self, source: str) -> str:
        parts: list[str] = []
        done = 0
        for start, end, new in self.edits:
            parts += (source[done:start], new)
            done = end
        return "".join([*parts, source[done:]])

    def result(self, text: str) -> Replaced:
        return Replaced(text, dict(self.counts), tuple(self.excerpts))


class _Matcher:
    """A compiled pattern with its replacement."""

    def __init__(self, replacing: Replacing) -> None:
        self.whole_words = replacing.whole_words
        self.pattern = _compiled(replacing)
        self.replacement = _replacement(replacing, self.pattern)

    def replacements(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and the new text of each match."""
        for match in self.pattern.finditer(text):
            start, end = match.span()
            if start < end and not (self.whole_words and _cuts_word(text, start, end)):
                yield start, end, self.replacement(match)


def _compiled(replacing: Replacing) -> _Pattern:
    find = replacing.find
    if not find or len(find) > MAX_FIND:
        raise RefusedPatternError(_("Enter up to %(limit)s characters to find.") % {"limit": MAX_FIND}, "find")
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    options.literal = not replacing.regex
    options.case_sensitive = replacing.match_case
    try:
        pattern: _Pattern = re2.compile(find, options)
    except (re2.error, UnicodeError) as error:
        raise RefusedPatternError(
            _("RE2 does not take this regular expression: %(reason)s") % {"reason": _reason(error)}, "find"
        ) from error
    if pattern.programsize > _MAX_PROGRAM:
        raise RefusedPatternError(_("This regular expression is too large. Repeat less."), "find")
    if pattern.fullmatch("") is not None:
        raise RefusedPatternError(_("This regular expression matches the empty text."), "find")
    return pattern


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


def _replacement(replacing: Replacing, pattern: _Pattern) -> Callable[[_Match], str]:
    """Return a function that makes the new text of a match."""
    new = replacing.replace
    if len(new) > MAX_REPLACE:
        raise RefusedPatternError(_("Enter up to %(limit)s characters.") % {"limit": MAX_REPLACE}, "replace")
    if xml_safe(new) != new:
        raise RefusedPatternError(_("It has characters that OLX cannot hold."), "replace")
    if not replacing.regex:
        return lambda _match: new
    parts: list[str | int] = []
    done = 0
    for reference in _REFERENCE.finditer(new):
        parts += (new[done : reference.start()], _referred(reference, pattern))
        done = reference.end()
    parts.append(new[done:])
    return partial(_filled, tuple(parts))


def _filled(parts: Sequence[str | int], match: _Match) -> str:
    """Return the new text of a match. Raises OlxError before a text is made that no block may have."""
    groups = {part: match[part] or "" for part in parts if isinstance(part, int)}
    texts = [part if isinstance(part, str) else groups[part] for part in parts]
    if sum(map(len, texts)) > MAX_GROWTH:
        raise _too_much()
    return "".join(texts)


def _too_much() -> OlxError:
    return OlxError(_("It has too many matches, or would become too long. Replace less at once."))


def _referred(reference: re.Match[str], pattern: _Pattern) -> str | int:
    """Return the text of the group that a reference names."""
    number, name, other = reference.groups()
    if other == "\\":
        return other
    group: int | None = pattern.groupindex.get(name) if name and not name.isdecimal() else None
    if group is None and (number or (name or "").isdecimal()):
        group = int(number or name)
    if group is None or group > pattern.groups:
        raise RefusedPatternError(
            _("“%(reference)s” is no group of the regular expression. Write \\\\ for a backslash.")
            % {"reference": reference[0]},
            "replace",
        )
    return group


def _cuts_word(text: str, start: int, end: int) -> bool:
    return _is_in_word(text, start) or _is_in_word(text, end)


def _is_in_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and _is_letter(text[place - 1]) and _is_letter(text[place])


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


def _excerpt(field: str, text: str, start: int, end: int, new: str) -> Excerpt:
    head, tail = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    old = text[start : min(end, start + _MAX_EXCERPT)]
    return Excerpt(field, head + old + tail, head + new[:_MAX_EXCERPT] + tail)
