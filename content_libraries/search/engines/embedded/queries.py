"""
Builds the queries of the embedded engine.

The order of hits follows the ranking rules (wire: search-rules), as far as one number for each document can express
them: a chosen order first; then how many of the words are found; then fewer typos; then words that stand together as in
the query; then where a word is found, titles before texts; then whole words before beginnings of words. Among equals,
texts in which the words matter more come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import isfinite
from typing import Final

import tantivy
from tantivy import FieldType, Occur, Query

from ...conditions import AllOf, AnyOf, Condition, Exists, InRange, IsEmpty, IsNull, Not, OneOf
from ...engine import FILTERABLE_TEXTS, SearchQuery
from ...words import MAX_TERMS, Term, fold, query_terms
from .schema import NUMBERS, PRESENCE, TITLE_ORDER, WORD_FIELDS, empty_mark, exists_mark, null_mark

# Each of these weights exceeds the sum of all following ones, even for a query with the maximum of words.
_ONE_MORE_WORD: Final = 12_500.0
_ONE_TYPO_LESS: Final = 640.0
_NEXT_TO_EACH_OTHER: Final = 60.0
_NEAR_EACH_OTHER: Final = 25.0
_WEIGHTS: Final = dict(zip(WORD_FIELDS, (7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0), strict=True))
_WHOLE_TITLE: Final = 0.3
_TITLE_BEGINS: Final = 0.15
_WHOLE_WORD: Final = 0.06
_FINE_TUNING: Final = 0.004
"""The weight of the statistical relevance, which stays below all weights above."""

_NEAR: Final = 4
_FIELDS_OF: Final = {
    "display_name": "words.title",
    "block_id": "words.block_id",
    "content": "words.text",
    "description": "words.text",
    "tags": "words.tags",
    "collections": "words.collections",
    "published": "words.published",
}


def build_query(schema: tantivy.Schema, query: SearchQuery, *, ranked: bool = True) -> Query:
    """
    Translate a query into a query of tantivy.

    The caller applies limits, order and facets.

    Args:
        ranked: whether to rank the hits. Without ranks it finds the same documents in less time.
    """
    return _Builder(schema, query).build(ranked=ranked)


def has_value(schema: tantivy.Schema, field: str, value: str | float | None) -> Query:
    """Match documents whose field has this value; with None, documents without the field."""
    if value is None:
        return _negated(Query.exists_query(field))
    return _unscored(Query.term_query(schema, field, value))


class _Builder:
    def __init__(self, schema: tantivy.Schema, query: SearchQuery) -> None:
        self._schema = schema
        self._query = query
        wanted = None if query.search_on is None else {_FIELDS_OF[name.split(".")[0]] for name in query.search_on}
        self._weights = {field: weight for field, weight in _WEIGHTS.items() if wanted is None or field in wanted}

    def build(self, *, ranked: bool) -> Query:
        clauses = [(Occur.Must, condition_query(self._schema, condition)) for condition in self._conditions()]
        terms = query_terms(self._query.q)
        if terms and not ranked:
            clauses.extend((Occur.Must, self._anywhere(term)) for term in self._needed(terms))
        elif terms:
            clauses.append((Occur.Must, self._words(terms)))
            clauses.extend((Occur.Should, bonus) for bonus in self._bonuses(terms))
        return Query.boolean_query(clauses) if clauses else Query.all_query()

    def _conditions(self) -> Iterator[Condition]:
        if self._query.context_keys is not None:
            yield OneOf("context_key", tuple(self._query.context_keys))
        yield from self._query.conditions

    def _needed(self, terms: Sequence[Term]) -> list[Term]:
        """Return the terms without which a document is not found, in agreement with ``_words``."""
        first, *others = sorted(terms, key=lambda term: not term.is_quoted)
        return [first, *(term for term in others if term.is_quoted or not self._query.may_drop_words)]

    def _anywhere(self, term: Term) -> Query:
        """Match documents that have the term in any field, with as many typos as are forgiven, or fewer."""
        return _unscored(Query.boolean_query([(Occur.Should, self._in(field, term)) for field in self._weights]))

    def _in(self, field: str, term: Term) -> Query:
        if len(term.words) > 1:
            return Query.phrase_query(self._schema, field, list(term.words))
        if term.typos or term.is_prefix:
            return self._similar(field, term, typos=term.typos)
        return Query.term_query(self._schema, field, term.words[0])

    def _words(self, terms: Sequence[Term]) -> Query:
        """
        Nest the terms: the first must be found, the second counts where the first is found, and so on.

        Quoted terms come first, because they must never be dropped.
        """
        words: Query | None = None
        is_needed = True
        for term in sorted(terms, key=lambda term: not term.is_quoted)[::-1]:
            clauses = [(Occur.Must, Query.disjunction_max_query(list(self._ways_to_find(term))))]
            if words is not None:
                clauses.append((Occur.Must if is_needed else Occur.Should, words))
            words = Query.boolean_query(clauses)
            is_needed = term.is_quoted or not self._query.may_drop_words
        return words or Query.all_query()

    def _ways_to_find(self, term: Term) -> Iterator[Query]:
        """Yield a query for each way in which a document can have the term. The best one counts."""
        as_typed = _ONE_MORE_WORD * self._query.may_drop_words + 2 * _ONE_TYPO_LESS
        for field, weight in self._weights.items():
            if len(term.words) > 1:
                phrase = Query.phrase_query(self._schema, field, list(term.words))
                yield Query.const_score_query(phrase, as_typed + weight)
                continue
            exact = Query.term_query(self._schema, field, term.words[0])
            yield Query.const_score_query(exact, as_typed + weight + _WHOLE_WORD)
            if term.is_prefix:
                yield Query.const_score_query(self._similar(field, term, typos=0), as_typed + weight)
            for typos in range(1, term.typos + 1):
                score = as_typed - typos * _ONE_TYPO_LESS + weight
                yield Query.const_score_query(self._similar(field, term, typos=typos), score)

    def _similar(self, field: str, term: Term, *, typos: int) -> Query:
        return Query.fuzzy_term_query(self._schema, field, term.words[0], distance=typos, prefix=term.is_prefix)

    def _bonuses(self, terms: Sequence[Term]) -> Iterator[Query]:
        """Yield queries that raise the score of documents that are found already."""
        for first, second in pairwise(terms):
            pair: list[str | tuple[int, str]] = [first.words[-1], second.words[0]]
            distances = ((0, _NEXT_TO_EACH_OTHER), (_NEAR, _NEAR_EACH_OTHER))
            yield Query.disjunction_max_query(
                [
                    Query.const_score_query(Query.phrase_query(self._schema, field, pair, slop=slop), score)
                    for field in self._weights
                    for slop, score in distances
                ]
            )
        whole_title = Query.term_query(self._schema, TITLE_ORDER, fold(self._query.q.strip()))
        yield Query.const_score_query(whole_title, _WHOLE_TITLE)
        first_word = terms[0].words[0]
        title_begins = Query.fuzzy_term_query(self._schema, TITLE_ORDER, first_word, distance=0, prefix=True)
        yield Query.const_score_query(title_begins, _TITLE_BEGINS)
        for term in terms[:MAX_TERMS]:
            for field in self._weights.keys() & {"words.title", "words.text"}:
                for word in term.words:
                    yield Query.boost_query(Query.term_query(self._schema, field, word), _FINE_TUNING)


def condition_query(schema: tantivy.Schema, condition: Condition) -> Query:
    """Build a query that lets documents through or not. It does not influence their order."""
    match condition:
        case OneOf():
            return _unscored(_one_of(schema, condition))
        case InRange():
            return _unscored(_in_range(schema, condition))
        case Exists(attribute):
            return has_value(schema, PRESENCE, exists_mark(attribute))
        case IsNull(attribute):
            return has_value(schema, PRESENCE, null_mark(attribute))
        case IsEmpty(attribute):
            return has_value(schema, PRESENCE, empty_mark(attribute))
        case Not(negated):
            return _negated(condition_query(schema, negated))
        case AllOf(()):
            return _unscored(Query.all_query())
        case AllOf(conditions):
            return Query.boolean_query([(Occur.Must, condition_query(schema, part)) for part in conditions])
        case AnyOf(conditions):
            return Query.boolean_query([(Occur.Should, condition_query(schema, part)) for part in conditions])


def _one_of(schema: tantivy.Schema, condition: OneOf) -> Query:
    if condition.attribute in NUMBERS:
        return Query.term_set_query(schema, condition.attribute, list(_numbers(condition.values)))
    if condition.attribute in FILTERABLE_TEXTS:
        return Query.term_set_query(schema, condition.attribute, [str(value) for value in condition.values])
    return Query.empty_query()  # an object, which equals no value


def _numbers(values: Sequence[str | float]) -> Iterator[float]:
    """Yield the values that are finite numbers."""
    for value in values:
        try:
            number = float(value)
        except ValueError:
            continue
        if isfinite(number):
            yield number


def _in_range(schema: tantivy.Schema, condition: InRange) -> Query:
    if condition.attribute not in NUMBERS:
        return Query.empty_query()  # texts are not numbers
    if condition.low is None and condition.high is None:
        return Query.all_query()
    return Query.range_query(
        schema,
        condition.attribute,
        FieldType.Float,
        lower_bound=condition.low,
        upper_bound=condition.high,
        include_lower=condition.with_low,
        include_upper=condition.with_high,
    )


def _negated(query: Query) -> Query:
    return Query.boolean_query([(Occur.Must, _unscored(Query.all_query())), (Occur.MustNot, query)])


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
