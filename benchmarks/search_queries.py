"""
Searching among 10,000 and 100,000 documents, in the embedded engine and over the HTTP that browsers use, beside
tantivy alone: the same words asked of the same index through tantivy's own query parser, without typos, prefixes,
filters, facets or documents.

``python -m benchmarks.search_queries [DOCUMENTS ...]``
"""

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; printing is what a benchmark is for

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import batched, pairwise
from typing import Any

from .scratch import start_site

start_site()

import tantivy
from django.conf import settings
from django.test import Client

from content_libraries.search.engine import FILTERABLE, MAX_BATCH, current_engine, index_name
from content_libraries.search.engines.embedded import EmbeddedEngine
from content_libraries.search.facade.access import facade_access
from content_libraries.search.facade.queries import read_query
from content_libraries.search.filters import FilterBudget, parse_filter
from content_libraries.search.tokens import make_token

LIBRARIES = 100
VOCABULARY = 20_000
ROUNDS = 60
RULE = f"org IN [] OR access_id IN {list(range(LIBRARIES))}"

type Body = dict[str, Any]


def main(sizes: Sequence[int]) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    heads = "".join(f"{name:>22}" for name in ("engine", "over HTTP", "tantivy alone"))
    print(f"{'documents':>10} {'query':22}{heads} {'ratio':>6}   (median, p95, p95 of processor time; in ms)")
    for size in sizes:
        _fill(size)
        for name, bodies in _queries().items():
            _measure(size, name, bodies)


def _measure(size: int, name: str, bodies: Sequence[Body]) -> None:
    engine = current_engine()
    assert isinstance(engine, EmbeddedEngine)
    access = facade_access()
    assert access is not None
    headers = {"Authorization": f"Bearer {make_token(access, {'filter': RULE})}"}
    client = Client()

    def over_http(body: Body) -> None:
        response = client.post(
            "/meilisearch/multi-search",
            json.dumps({"queries": [{"indexUid": index_name(), **body}]}),
            content_type="application/json",
            headers=headers,
        )
        assert response.status_code == 200, response.content

    rule = parse_filter(RULE, FILTERABLE)
    assert rule is not None
    queries = {json.dumps(body): read_query(body, rule, FilterBudget()).search for body in bodies}
    index = tantivy.Index.open(str(engine._link))
    searcher = index.searcher()

    def in_tantivy(body: Body) -> None:
        asked = (
            index.parse_query(body.get("q", ""), ["words.title", "words.text"])
            if body.get("q")
            else tantivy.Query.all_query()
        )
        searcher.search(asked, limit=20)

    in_engine = _times(lambda body: engine.search(queries[json.dumps(body)]), bodies)
    figures = [in_engine, _times(over_http, bodies), _times(in_tantivy, bodies)]
    columns = "".join(f"{_median(wall):8.2f}{_p95(wall):7.2f}{_p95(busy):7.2f}" for wall, busy in figures)
    print(f"{size:>10,} {name:22}{columns} {_median(in_engine[0]) / _median(figures[2][0]):6.1f}", flush=True)


def _times(ask: Callable[[Body], object], bodies: Sequence[Body]) -> tuple[list[float], list[float]]:
    """Return the milliseconds that each of many queries took, and the milliseconds of processor time of each."""
    walls, busy = [], []
    for body in bodies:
        ask(body)
    for number in range(ROUNDS):
        start, start_busy = time.perf_counter(), time.process_time()
        ask(bodies[number % len(bodies)])
        walls.append((time.perf_counter() - start) * 1000)
        busy.append((time.process_time() - start_busy) * 1000)
    return walls, busy


def _median(times: list[float]) -> float:
    return statistics.median(times)


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _queries() -> dict[str, list[Body]]:
    """Return the queries of the library page (wire: search-client), each kind with several words."""
    shown = {
        "attributesToHighlight": ["display_name", "description", "published"],
        "highlightPreTag": "__meili-highlight__",
        "highlightPostTag": "__/meili-highlight__",
        "attributesToCrop": ["description", "published"],
    }
    words = [_word(number) for number in (3, 40, 300, 2_000, 9_000)]
    filters = [[], 'context_key = "lib:Bench:l7"', ["block_type = problem", "content.problem_types = choiceresponse"]]
    facets = ["block_type", "content.problem_types", "publish_status"]
    return {
        "no words": [{"q": "", "filter": filters, **shown}],
        "no words, newest": [{"q": "", "sort": ["last_published:desc", "modified:desc"], **shown}],
        "word": [{"q": word + " ", **shown} for word in words],
        "two words": [{"q": f"{first} {second} ", **shown} for first, second in pairwise(words)],
        "beginning of a word": [{"q": word[:4], **shown} for word in words],
        "typo": [{"q": word[:2] + word[3:] + " ", **shown} for word in words],
        "word, filtered": [{"q": word, "filter": filters, **shown} for word in words],
        "word, sorted": [{"q": word, "sort": ["display_name:asc"], **shown} for word in words],
        "facets": [{"q": "", "facets": facets, "limit": 0}],
        "word, facets": [{"q": word, "facets": facets, "limit": 0} for word in words],
    }


def _fill(size: int) -> None:
    engine = current_engine()
    engine.prepare()
    engine.clear()
    for documents in batched(_documents(size), MAX_BATCH):
        engine.update(documents)


def _documents(size: int) -> Iterator[Body]:
    """Yield documents as components have them: 60 words of text, with word frequencies as in a language."""
    chance = random.Random(7)  # noqa: S311 - the same documents in every run
    vocabulary = [_word(number) for number in range(VOCABULARY)]
    frequencies = [1 / (rank + 10) for rank in range(VOCABULARY)]
    for number in range(size):
        words = chance.choices(vocabulary, frequencies, k=64)
        title, text = " ".join(words[:4]), " ".join(words[4:])
        library = number % LIBRARIES
        is_problem = number % 3 == 0
        block_type = "problem" if is_problem else "html"
        yield {
            "id": f"d{number}",
            "type": "library_block",
            "block_type": block_type,
            "block_id": f"b{number}",
            "usage_key": f"lb:Bench:l{library}:{block_type}:b{number}",
            "context_key": f"lib:Bench:l{library}",
            "org": "Bench",
            "access_id": library,
            "display_name": title,
            "breadcrumbs": [{"display_name": f"Library {library}"}],
            "content": {"capa_content": text, "problem_types": ["choiceresponse"]}
            if is_problem
            else {"html_content": text},
            "description": text,
            "created": 1.7e9 + number,
            "modified": 1.7e9 + number,
            "last_published": 1.7e9 + number % 1000 if number % 2 else None,
            "publish_status": "published" if number % 2 else "never",
            "published": {"display_name": title, "description": text} if number % 2 else {},
            "tags": {"taxonomy": ["Place"], "level0": [f"Place > {number % 40}"]} if number % 5 == 0 else {},
            "collections": {"display_name": [], "key": []},
        }


def _word(number: int) -> str:
    """Return a pronounceable word of 4 to 10 letters, always the same for a number."""
    letters = []
    number = number * 7919 + 104_729
    for _syllable in range(2 + number % 4):
        number, consonant = divmod(number, 17)
        number, vowel = divmod(number + 31, 5)
        letters.append("bcdfghklmnprstvwz"[consonant] + "aeiou"[vowel])
    return "".join(letters)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
