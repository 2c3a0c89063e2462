"""What the authoring frontend asks, as it asks it (wire: search-client, host-editors)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import ADVANCED, COURSE, DEMO, INDEX, TEXT_BLOCKS, SearchClient

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("real index")]

LIST: dict[str, Any] = {
    "q": "",
    "attributesToHighlight": ["display_name", "description", "published"],
    "highlightPreTag": "__meili-highlight__",
    "highlightPostTag": "__/meili-highlight__",
    "attributesToCrop": ["description", "published"],
    "sort": [],
    "offset": 0,
    "limit": 20,
}
FACETS: dict[str, Any] = {
    "q": "",
    "facets": ["block_type", "content.problem_types", "publish_status"],
    "limit": 0,
}
OF_DEMO = f'context_key = "{DEMO}"'


def test_the_pair_of_queries_of_a_library_page(staff_search: SearchClient) -> None:
    listed, counted = staff_search.multi(
        {**LIST, "filter": [[], OF_DEMO, 'type = "library_block"']}, {**FACETS, "filter": [[], OF_DEMO]}
    )

    assert listed["indexUid"] == counted["indexUid"] == INDEX
    assert (listed["limit"], listed["offset"], len(listed["hits"])) == (20, 0, 20)
    assert {hit["context_key"] for hit in listed["hits"]} == {DEMO}
    assert {hit["type"] for hit in listed["hits"]} == {"library_block"}
    assert all(hit["_formatted"]["display_name"] for hit in listed["hits"])
    types = counted["facetDistribution"]["block_type"]
    assert counted["hits"] == []
    assert listed["estimatedTotalHits"] == sum(types[name] for name in types.keys() - {"unit", "subsection", "section"})
    assert (types["unit"], types["problem"], types["html"]) == (58, 29, 267)
    assert counted["facetDistribution"]["publish_status"] == {"published": 399, "never": 1}
    assert counted["facetDistribution"]["content.problem_types"]["multiplechoiceresponse"] > 1
    assert isinstance(listed["processingTimeMs"], int)
    assert "facetDistribution" not in listed


def test_scrolling_shows_everything_once(staff_search: SearchClient) -> None:
    seen: list[str] = []
    while True:
        query = {**LIST, "filter": [OF_DEMO, 'block_type = "unit"'], "offset": len(seen), "sort": ["display_name:asc"]}
        (page,) = staff_search.multi(query)
        seen += [hit["usage_key"] for hit in page["hits"]]
        if len(page["hits"]) < 20:
            break

    assert len(seen) == len(set(seen)) == page["estimatedTotalHits"] == 58


@pytest.mark.parametrize("block_type", ["unit", "subsection", "section"])
def test_tabs_and_pickers_of_containers(staff_search: SearchClient, block_type: str) -> None:
    only = staff_search.search(**LIST, filter=[OF_DEMO, f'block_type = "{block_type}"'])
    without = staff_search.search(**{**LIST, "limit": 1000}, filter=[OF_DEMO, f'NOT block_type = "{block_type}"'])

    assert {hit["block_type"] for hit in only["hits"]} == {block_type}
    assert block_type not in {hit.get("block_type") for hit in without["hits"]}
    # Collections have no block type, so they are among what is not of that type.
    assert "collection" in {hit["type"] for hit in without["hits"]}
    everything = staff_search.search(filter=OF_DEMO, limit=0)["estimatedTotalHits"]
    assert only["estimatedTotalHits"] + without["estimatedTotalHits"] == everything


def test_the_type_filter_is_one_group_of_alternatives(staff_search: SearchClient) -> None:
    wanted = ["block_type = video", "content.problem_types = multiplechoiceresponse"]
    found = staff_search.search(**{**LIST, "limit": 1000}, filter=[wanted, OF_DEMO])

    kinds = {hit["block_type"] for hit in found["hits"]}
    assert kinds == {"video", "problem"}
    assert all(
        hit["block_type"] == "video" or "multiplechoiceresponse" in hit["content"]["problem_types"]
        for hit in found["hits"]
    )


def test_publish_status(staff_search: SearchClient) -> None:
    found = staff_search.search(**LIST, filter=[["publish_status = never", "publish_status = modified"], OF_DEMO])

    assert [hit["display_name"] for hit in found["hits"]] == ["我们学习光合作用"]


def test_published_only(staff_search: SearchClient) -> None:
    query = {**LIST, "filter": [OF_DEMO, "last_published IS NOT NULL", 'type = "library_block"'], "limit": 1000}
    found = staff_search.search(**query)

    assert found["estimatedTotalHits"] == 318
    assert all(hit["_formatted"]["published"]["display_name"] for hit in found["hits"])


def test_tags(staff_search: SearchClient) -> None:
    taxonomy = staff_search.search(**LIST, filter=[OF_DEMO, 'tags.taxonomy = "Location"'])
    below = staff_search.search(
        **LIST, filter=[OF_DEMO, "tags.taxonomy = 'Location'", 'tags.level1 = "Location > Europe > France"']
    )

    assert taxonomy["estimatedTotalHits"] == TEXT_BLOCKS
    assert below["estimatedTotalHits"] == TEXT_BLOCKS // 2
    assert below["hits"][0]["tags"]["level2"] == ["Location > Europe > France > Île de Ré"]


def test_the_menu_of_tags(staff_search: SearchClient) -> None:
    assert staff_search.facet("tags.taxonomy", "", q="", filter=[OF_DEMO]) == {"Location": TEXT_BLOCKS}
    parent = ["tags.taxonomy = 'Location'", OF_DEMO]
    assert staff_search.facet("tags.level0", "Location", filter=parent) == {
        "Location > Europe": TEXT_BLOCKS // 2,
        "Location > São Tomé": TEXT_BLOCKS - TEXT_BLOCKS // 2,
    }
    assert staff_search.facet("tags.level1", "Location > Europe", filter=parent) == {
        "Location > Europe > France": TEXT_BLOCKS // 2
    }
    assert staff_search.facet("tags.level0", "sao", filter=parent).keys() == {"Location > São Tomé"}
    assert staff_search.facet("tags.level0", "TOM").keys() == {"Location > São Tomé"}
    assert staff_search.facet("tags.level0", "ome") == {}


def test_typing_in_the_menu_of_tags(staff_search: SearchClient) -> None:
    found = staff_search.search(
        q="ile de",
        attributesToSearchOn=["tags.taxonomy", "tags.level0", "tags.level1", "tags.level2", "tags.level3"],
        attributesToRetrieve=["tags"],
        limit=1000,
        filter=[OF_DEMO],
    )

    assert len(found["hits"]) == TEXT_BLOCKS // 2
    assert all(hit.keys() == {"tags"} for hit in found["hits"])


def test_a_collection_page(staff_search: SearchClient) -> None:
    filters = [OF_DEMO, 'collections.key = "spring"']
    listed, counted = staff_search.multi(
        {**LIST, "filter": [[], *filters]}, {"facets": ["block_type"], "limit": 0, "filter": filters}
    )

    assert listed["estimatedTotalHits"] == TEXT_BLOCKS
    assert counted["facetDistribution"] == {"block_type": {"html": TEXT_BLOCKS}}
    collection = staff_search.search(filter=[OF_DEMO, 'type = "collection"'])["hits"][0]
    assert (collection["block_id"], collection["num_children"]) == ("spring", TEXT_BLOCKS)


def test_one_item_by_its_key(staff_search: SearchClient) -> None:
    key = staff_search.search(filter=[OF_DEMO, 'block_type = "subsection"'], limit=1)["hits"][0]["usage_key"]
    found = staff_search.search(filter=[f'usage_key IN ["{key}"]', OF_DEMO], limit=1)

    assert [hit["usage_key"] for hit in found["hits"]] == [key]
    assert found["hits"][0]["sections"]["key"]


def test_blocks_of_courses_by_their_keys(staff_search: SearchClient) -> None:
    """The updates page of a course, and the uses of a component: rows are search documents."""
    of_course = [f'context_key = "{COURSE}"', 'type = "course_block"']
    chosen = staff_search.search(filter=[*of_course, "block_type = html"], limit=2, offset=10)["hits"]
    wanted = ", ".join(f'"{hit["usage_key"]}"' for hit in chosen)
    found = staff_search.search(
        **{**LIST, "sort": ["modified:desc"]}, filter=[of_course[0], f"usage_key IN [{wanted}]"]
    )

    assert {hit["usage_key"] for hit in found["hits"]} == {hit["usage_key"] for hit in chosen}
    first = found["hits"][0]
    assert first["_formatted"]["display_name"] == first["display_name"]
    assert [crumb.keys() for crumb in first["breadcrumbs"]] == [{"display_name"}, *[{"display_name", "usage_key"}] * 3]
    assert first["breadcrumbs"][0]["display_name"] == "Open edX Demo Course"
    unit = first["breadcrumbs"][-1]["usage_key"]
    below = staff_search.search(filter=f'breadcrumbs.usage_key = "{unit}"', limit=100)["hits"]
    assert first["usage_key"] in {hit["usage_key"] for hit in below}
    assert all(hit["breadcrumbs"][-1]["usage_key"] == unit for hit in below)


def test_the_search_in_the_header(staff_search: SearchClient) -> None:
    filters = ['type = "course_block"', f'context_key = "{COURSE}"']
    listed, counted = staff_search.multi(
        {**LIST, "q": "dropdown", "filter": [[], *filters]}, {**FACETS, "q": "dropdown", "filter": filters}
    )

    assert "dropdown" in listed["hits"][0]["display_name"].lower()
    assert {hit["type"] for hit in listed["hits"]} == {"course_block"}
    assert sum(counted["facetDistribution"]["block_type"].values()) == listed["estimatedTotalHits"]


def test_several_libraries_at_once(staff_search: SearchClient) -> None:
    found = staff_search.search(filter=[f'context_key IN ["{DEMO}", "{ADVANCED}"]'], facets=["context_key"], limit=0)

    assert found["facetDistribution"]["context_key"].keys() == {DEMO, ADVANCED}


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        (["display_name:asc"], lambda hit: hit["display_name"].lower()),
        (["created:asc"], lambda hit: hit["created"]),
        (["modified:desc"], lambda hit: -hit["modified"]),
        (["last_published:desc", "modified:desc"], lambda hit: (-(hit["last_published"] or 0), -hit["modified"])),
    ],
)
def test_orders(staff_search: SearchClient, sort: list[str], key: Any) -> None:
    query = {**LIST, "sort": sort, "limit": 60}
    hits = staff_search.search(**query, filter=[f'context_key = "{ADVANCED}"', "block_type = unit"])["hits"]

    assert hits == sorted(hits, key=key)


def test_found_words_are_marked_and_texts_cut(staff_search: SearchClient) -> None:
    hit = staff_search.search(**{**LIST, "q": "numerical input"}, filter=[OF_DEMO, "block_type = problem"])["hits"][0]

    shown = hit["_formatted"]
    mark = "__meili-highlight__{}__/meili-highlight__".format
    assert f"{mark('Numerical')} {mark('Input')}" in shown["display_name"]
    assert f"{mark('Numerical')} {mark('Input')}" in shown["published"]["display_name"]
    assert len(shown["description"].split()) < len(hit["description"].split())
    assert shown["description"].startswith("…") or shown["description"].endswith("…")
    assert shown["content"] == hit["content"]
    assert shown["created"] == str(hit["created"])
    assert shown["access_id"] == str(hit["access_id"])


def test_names_for_the_cards_of_failed_imports(staff_search: SearchClient) -> None:
    shown = ["usage_key", "block_type", "display_name"]
    hit = staff_search.search(filter='type = "course_block"', limit=1)["hits"][0]
    found = staff_search.search(filter=f'usage_key IN ["{hit["usage_key"]}", "unknown"]', attributesToRetrieve=shown)

    assert found["hits"] == [{name: hit[name] for name in shown}]


def test_nothing_asks_the_database(staff_search: SearchClient, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        staff_search.multi({**LIST, "q": "video", "filter": [[], OF_DEMO]}, {**FACETS, "filter": OF_DEMO})
        staff_search.facet("tags.taxonomy")
