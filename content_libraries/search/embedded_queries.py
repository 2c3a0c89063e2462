"""
How the embedded engine asks.

The order of hits follows the ranking rules of the search contract, section 2, as far as one number for each
document can: a chosen order first; then fewer typos; then the place where a word is found, titles before
texts; then whole words before beginnings of words. Among equals, texts that are more about it come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import tantivy
from tantivy import Occur, Query

from .embedded_schema import NUMBERS, WORD_FIELDS
from .engine import OneOf, SearchQuery
from .words import Term, query_terms

_WEIGHTS: Final = dict(zip(WORD_FIELDS, (60.0, 50.0, 40.0, 30.0, 20.0, 10.0), strict=True))
_AS_TYPED: Final = 2_000.0
_ONE_TYPO: Final = 1_000.0
_WHOLE_WORD: Final = 1.0
_FINE_TUNING: Final = 0.02
"""What the statistical relevance counts for: it stays below all of the above."""


def build_query(schema: tantivy.Schema, query: SearchQuery) -> Query:
    """Put a query into the words of tantivy. Its limits, order and facets are the caller's business."""
    clauses = [(Occur.Must, _condition(schema, condition)) for condition in _conditions(query)]
    for term in query_terms(query.q):
        clauses.append((Occur.Must, Query.disjunction_max_query(list(_ways_to_find(schema, term)))))
        clauses.extend((Occur.Should, fine_tuning) for fine_tuning in _relevance(schema, term))
    return Query.boolean_query(clauses) if clauses else Query.all_query()


def _conditions(query: SearchQuery) -> Iterator[OneOf]:
    if query.context_keys is not None:
        yield OneOf("context_key", tuple(query.context_keys))
    yield from query.conditions


def _condition(schema: tantivy.Schema, condition: OneOf) -> Query:
    """Conditions let documents through or not; they do not count for the order."""
    if condition.attribute in NUMBERS:
        values: Sequence[str | float] = [float(value) for value in condition.values]
    else:
        values = [str(value) for value in condition.values]
    return Query.const_score_query(Query.term_set_query(schema, condition.attribute, values), 0.0)


def _ways_to_find(schema: tantivy.Schema, term: Term) -> Iterator[Query]:
    """All ways in which a document can have the term. The best one counts."""
    for field, weight in _WEIGHTS.items():
        if len(term.words) > 1:
            yield Query.const_score_query(Query.phrase_query(schema, field, list(term.words)), _AS_TYPED + weight)
            continue
        word = term.words[0]
        exact = Query.term_query(schema, field, word)
        yield Query.const_score_query(exact, _AS_TYPED + weight + _WHOLE_WORD)
        if term.is_prefix:
            yield Query.const_score_query(_similar(schema, field, term, typos=0), _AS_TYPED + weight)
        if term.typos:
            yield Query.const_score_query(_similar(schema, field, term, typos=1), _ONE_TYPO + weight)
        if term.typos > 1:
            yield Query.const_score_query(_similar(schema, field, term, typos=2), weight)


def _similar(schema: tantivy.Schema, field: str, term: Term, *, typos: int) -> Query:
    return Query.fuzzy_term_query(schema, field, term.words[0], distance=typos, prefix=term.is_prefix)


def _relevance(schema: tantivy.Schema, term: Term) -> Iterator[Query]:
    for field in ("words.title", "words.text"):
        for word in term.words:
            yield Query.boost_query(Query.term_query(schema, field, word), _FINE_TUNING)
