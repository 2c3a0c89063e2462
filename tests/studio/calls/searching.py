"""Searches that the browser sends to the search engine itself (0.4, 2.1, 12)."""

from __future__ import annotations

from typing import Any

from .call import Call, Case

MULTI = "POST {search}/multi-search"
SINGLE = "POST {search}/indexes/{index}/search"
FACETS = "POST {search}/indexes/{index}/facet-search"

KEY = Call(
    "GET /api/content_search/v2/studio/",
    {"url": str, "index_name": str, "api_key": str},
    keeps={"search": "url", "index": "index_name", "key": "api_key"},
)
HEADERS = {"Authorization": "Bearer {key}", "X-Meilisearch-Client": "Meilisearch JavaScript (v0.41.0)"}

IN_LIBRARY = 'context_key = "{library}"'
DOCUMENT = {
    "id": int | str,
    "type": str,
    "display_name": str,
    "usage_key": str,
    "block_id": str,
    "context_key": "{library}",
    "org": "DemoX",
    "block_type": str,
    "breadcrumbs": [{"display_name": str}],
    "tags": dict,
    "created": float | int,
    "modified": float | int,
    "last_published": float | int,
    "publish_status": "published",
    "published": {"display_name": str},
    "_formatted": {"display_name": str, "published": {"display_name": str}},
}
COMPONENT = {
    **DOCUMENT,
    "type": "library_block",
    "description": str,
    "content": dict,
    "collections": dict,
    "units": {"display_name": [str], "key": [str]},
}
UNIT = {
    **DOCUMENT,
    "type": "library_container",
    "num_children": int,
    "content": {"child_usage_keys": [str], "child_display_names": [str]},
    "subsections": {"display_name": [str], "key": [str]},
}
COLLECTION = {
    "type": "collection",
    "display_name": "Reusable",
    "usage_key": "lib-collection:DemoX:welcome:{collection}",
    "block_id": "{collection}",
    "context_key": "{library}",
    "num_children": 2,
    "_formatted": {"display_name": "Reusable"},
}
COURSE_BLOCK = {
    "type": "course_block",
    "usage_key": str,
    "display_name": str,
    "block_type": str,
    "context_key": "{course}",
    "breadcrumbs": lambda crumbs: len(crumbs) > 1 and "usage_key" in crumbs[-1],
    "_formatted": {"display_name": str},
}
COUNTS = {
    "facetDistribution": {
        "block_type": {"html": int, "problem": int},
        "content.problem_types": dict,
        "publish_status": {"published": int},
    }
}


def listing(*filters: Any, q: str = "", **more: Any) -> dict[str, Any]:
    """The first query of a page; the first condition may be an empty group."""
    return {
        "indexUid": "{index}",
        "q": q,
        "filter": list(filters),
        "attributesToHighlight": ["display_name", "description", "published"],
        "highlightPreTag": "__meili-highlight__",
        "highlightPostTag": "__/meili-highlight__",
        "attributesToCrop": ["description", "published"],
        "sort": [],
        "offset": 0,
        "limit": 20,
    } | more


def counting(*filters: Any) -> dict[str, Any]:
    """The second query of a page."""
    return {
        "indexUid": "{index}",
        "q": "",
        "facets": ["block_type", "content.problem_types", "publish_status"],
        "filter": list(filters),
        "limit": 0,
    }


def _case(name: str, *queries: dict[str, Any], reads: Any) -> Case:
    """Several queries at once; ``reads`` is the shape of the first result, or of all."""
    results = reads if isinstance(reads, list) else [reads]
    return Case(name, Call(MULTI, {"results": results}, {"queries": list(queries)}, headers=HEADERS), (KEY,))


def _hits(shape: Any) -> dict[str, Any]:
    return {"hits": [shape], "estimatedTotalHits": lambda total: total > 0}


CASES = (
    Case("search key", KEY),
    Case(
        "list and counts of a library",
        Call(
            MULTI,
            {"results": lambda results: len(results) == 2 and results[0]["hits"] and results[1]["facetDistribution"]},
            {"queries": [listing([], IN_LIBRARY), counting([], IN_LIBRARY)]},
            headers=HEADERS,
        ),
        (KEY,),
    ),
    _case(
        "components",
        listing([], IN_LIBRARY, 'type = "library_block"', 'usage_key = "{text}"'),
        reads=_hits(COMPONENT),
    ),
    _case("units", listing([], IN_LIBRARY, 'block_type = "unit"'), reads=_hits(UNIT)),
    _case("collections", listing([], IN_LIBRARY, 'type = "collection"'), reads=_hits(COLLECTION)),
    _case("counts", counting([], IN_LIBRARY), reads=COUNTS),
    _case(
        "words, marked where they are",
        listing([], IN_LIBRARY, q="welcome"),
        reads={
            "hits": lambda hits: any("__meili-highlight__" in hit["_formatted"]["display_name"] for hit in hits),
            "estimatedTotalHits": int,
        },
    ),
    _case(
        "types and statuses",
        listing(
            ["block_type = html", "content.problem_types = multiplechoiceresponse"],
            ["publish_status = published", "publish_status = modified"],
            IN_LIBRARY,
        ),
        reads=_hits({"block_type": lambda name: name in {"html", "problem"}}),
    ),
    _case(
        "items with a tag",
        listing([], IN_LIBRARY, 'tags.taxonomy = "Topics"', 'tags.level0 = "Topics > Reuse"'),
        reads=_hits({"usage_key": "{text}", "tags": {"taxonomy": ["Topics"], "level0": ["Topics > Reuse"]}}),
    ),
    _case(
        "one item of a library",
        listing([], IN_LIBRARY, 'usage_key IN ["{unit}"]', limit=1),
        reads=_hits({"usage_key": "{unit}", "subsections": {"display_name": [str], "key": [str]}}),
    ),
    _case(
        "published only, sorted",
        listing([], IN_LIBRARY, "last_published IS NOT NULL", 'NOT block_type = "unit"', sort=["created:desc"]),
        # Collections are never published, and are found all the same.
        reads=_hits(lambda hit: hit.get("last_published", 0) is not None and hit.get("block_type") != "unit"),
    ),
    _case(
        "what is in a collection",
        listing([], IN_LIBRARY, 'collections.key = "{collection}"', sort=["display_name:asc"]),
        reads=_hits({"collections": {"key": ["{collection}"], "display_name": ["Reusable"]}}),
    ),
    _case(
        "the next page",
        listing([], IN_LIBRARY, offset=20, sort=["last_published:desc", "modified:desc"]),
        reads={"hits": lambda hits: len(hits) == 20, "estimatedTotalHits": int},
    ),
    _case(
        "several libraries",
        listing([], 'context_key IN ["{library}","lib:DemoX:other"]'),
        reads=_hits({"context_key": "{library}"}),
    ),
    _case(
        "several collections, published only",
        listing(
            [], 'collections.key IN ["{collection}","none"]', "last_published IS NOT NULL", sort=["display_name:desc"]
        ),
        reads=_hits({"collections": {"key": ["{collection}"]}, "last_published": float | int}),
    ),
    _case(
        "search in the header",
        listing([], 'type = "course_block"', q="library", sort=["created:asc"]),
        reads=_hits(COURSE_BLOCK),
    ),
    _case(
        "blocks of a course",
        listing([], 'context_key = "{course}"', 'usage_key IN ["{course_text}"]', sort=["modified:desc"]),
        reads=_hits(COURSE_BLOCK),
    ),
    Case(
        "menu of taxonomies",
        Call(
            FACETS,
            {"facetHits": [{"value": "Topics", "count": int}]},
            {"facetName": "tags.taxonomy", "facetQuery": "", "q": "", "filter": [[], IN_LIBRARY]},
            headers=HEADERS,
        ),
        (KEY,),
    ),
    Case(
        "menu of tags",
        Call(
            FACETS,
            {"facetHits": [{"value": "Topics > Reuse", "count": int}]},
            {
                "facetName": "tags.level0",
                "facetQuery": "Topics",
                "q": "",
                "filter": [[], IN_LIBRARY, 'tags.taxonomy = "Topics"'],
            },
            headers=HEADERS,
        ),
        (KEY,),
    ),
    Case(
        "typing in the menu of tags",
        Call(
            SINGLE,
            _hits({"tags": {"taxonomy": ["Topics"]}}),
            {
                "q": "reuse",
                "filter": [[], IN_LIBRARY],
                "attributesToSearchOn": [
                    "tags.taxonomy",
                    "tags.level0",
                    "tags.level1",
                    "tags.level2",
                    "tags.level3",
                ],
                "attributesToRetrieve": ["tags"],
                "limit": 1000,
            },
            headers=HEADERS,
        ),
        (KEY,),
    ),
    Case(
        "names of blocks that an import left out",
        Call(
            SINGLE,
            _hits({"usage_key": "{course_text}", "block_type": "html", "display_name": str}),
            {
                "q": "",
                "filter": ['usage_key IN ["{course_text}","block-v1:O+C+1+type@html+block@gone"]'],
                "attributesToRetrieve": ["usage_key", "block_type", "display_name"],
            },
            headers=HEADERS,
        ),
        (KEY,),
    ),
)
