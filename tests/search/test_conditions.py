"""What the facade promises of any engine: what conditions let through, and in which order hits come."""

from __future__ import annotations

from pathlib import Path

import pytest

from content_libraries.search.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Exists,
    InRange,
    IsEmpty,
    IsNull,
    Not,
    OneOf,
)
from content_libraries.search.engine import NumberRange, SearchEngine, SearchQuery, Sort

from .engines import LOCAL
from .test_engine import document

DOCUMENTS = [
    document("a", publish_status="never", last_published=None, access_id=1, tags={}),
    document("b", publish_status="published", last_published=10.5, access_id=2, tags={"taxonomy": ["T"]}),
    document("c", publish_status="modified", last_published=20.0, access_id=2, collections={"key": []}),
    document("d", block_type="", breadcrumbs=[{"usage_key": "u1"}, {"usage_key": "u2"}]),
]


@pytest.fixture(params=LOCAL)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> SearchEngine:
    engine = LOCAL[request.param](tmp_path / "index")
    engine.prepare()
    engine.update(DOCUMENTS)
    return engine


def found(index: SearchEngine, condition: Condition) -> str:
    return "".join(sorted(hit["id"] for hit in index.search(SearchQuery(conditions=[condition])).hits))


STATUS = OneOf("publish_status", ("never", "published"))


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        (STATUS, "ab"),
        (Not(STATUS), "cd"),
        (Not(Not(STATUS)), "ab"),
        (OneOf("publish_status", ("Never",)), ""),
        (OneOf("access_id", ("2",)), "bc"),
        (OneOf("access_id", (2, 2.0)), "bc"),
        (OneOf("access_id", ("two", "1e999")), ""),
        (OneOf("tags", ("T",)), ""),
        (OneOf("breadcrumbs.usage_key", ("u2",)), "d"),
        (InRange("last_published", low=10.5), "bc"),
        (InRange("last_published", low=10.5, with_low=False), "c"),
        (InRange("last_published", high=20.0), "bc"),
        (InRange("last_published", high=20.0, with_high=False), "b"),
        (InRange("last_published", 10.0, 19.0), "b"),
        (InRange("last_published", 19.0, 10.0), ""),
        (Not(InRange("last_published", low=0.0)), "ad"),
        (InRange("publish_status", low=0.0), ""),
        (Exists("last_published"), "abc"),
        (Not(Exists("last_published")), "d"),
        (IsNull("last_published"), "a"),
        (Not(IsNull("last_published")), "bcd"),
        (IsEmpty("tags"), "a"),
        (IsEmpty("collections.key"), "c"),
        (IsEmpty("block_type"), "d"),
        (Not(IsEmpty("tags")), "bcd"),
        (AllOf(()), "abcd"),
        (AnyOf(()), ""),
        (Not(AllOf(())), ""),
        (Not(AnyOf(())), "abcd"),
        (AllOf((STATUS, Not(IsNull("last_published")))), "b"),
        (AnyOf((IsNull("last_published"), OneOf("block_type", ("",)))), "ad"),
        (AnyOf((Not(STATUS), AllOf((STATUS, Exists("tags"))))), "abcd"),
        (Not(AnyOf((Not(STATUS), IsEmpty("tags")))), "b"),
    ],
)
def test_conditions(index: SearchEngine, condition: Condition, ids: str) -> None:
    assert found(index, condition) == ids


def test_ranges_of_numbers_are_told_with_facets(index: SearchEngine) -> None:
    result = index.search(SearchQuery(limit=0, facets=["last_published", "access_id", "tags"]))

    assert result.facets == {"last_published": {"10.5": 1, "20": 1}, "access_id": {"1": 1, "2": 2}, "tags": {}}
    assert result.ranges == {"last_published": NumberRange(10.5, 20.0), "access_id": NumberRange(1.0, 2.0)}


def test_documents_that_have_more_of_the_words_come_first(index: SearchEngine) -> None:
    index.update(
        [
            document("none", title="something else"),
            document("one", title="photosynthesis"),
            document("typos", title="fotosynthesis", text="in plamts"),
            document("all", text="plants do photosynthesis"),
            document("last", title="plants"),
        ]
    )
    query = SearchQuery("photosynthesis plants", may_drop_words=True)

    assert [hit["id"] for hit in index.search(query).hits] == ["all", "typos", "one"]


def test_what_is_quoted_may_not_be_dropped(index: SearchEngine) -> None:
    index.update(
        [document("one", text="green plants"), document("two", text="plants green"), document("x", text="sun")]
    )

    def ids(q: str) -> list[str]:
        return [hit["id"] for hit in index.search(SearchQuery(q, may_drop_words=True)).hits]

    assert ids('"green plants"') == ["one"]
    assert ids('sun "green plants"') == ["one"]
    assert sorted(ids('"green"')) == ["one", "two"]
    assert ids('"gren"') == []
    assert ids('"plant"') == []
    assert sorted(ids('"green')) == ["one", "two"]


def test_words_that_stand_together_come_first(index: SearchEngine) -> None:
    index.update(
        [
            document("apart", title="neural", text="x " * 30 + "network"),
            document("near", text="a neural and also social network here"),
            document("together", text="about a neural network"),
        ]
    )

    assert [hit["id"] for hit in index.search(SearchQuery("neural network")).hits] == ["together", "near", "apart"]


def test_the_same_title_comes_first(index: SearchEngine) -> None:
    index.update(
        [document("more", title="Plant cells"), document("same", title="Plant"), document("m", title="A Plant")]
    )

    assert index.search(SearchQuery("plant")).hits[0]["id"] == "same"


def test_words_may_be_looked_for_in_some_attributes_only(index: SearchEngine) -> None:
    index.update([document("title", title="light"), document("tag", tags={"level0": ["Physics > Light"]})])

    query = SearchQuery("light", search_on=["tags.taxonomy", "tags.level0"])
    assert [hit["id"] for hit in index.search(query).hits] == ["tag"]


@pytest.mark.parametrize("offset", [0, 3, 18, 39])
def test_several_orders_give_the_same_parts_as_the_whole(index: SearchEngine, offset: int) -> None:
    index.update(
        [
            document(f"{n:02}", title=f"T{n % 3}", last_published=float(n % 4) or None, modified=n, org="sorted")
            for n in range(40)
        ]
    )
    sorts = (Sort("last_published", descending=True), Sort("display_name"), Sort("modified", descending=True))

    def ids(*, limit: int, offset: int = 0) -> list[int]:
        query = SearchQuery(conditions=[OneOf("org", ["sorted"])], sort=sorts, limit=limit, offset=offset)
        return [int(hit["id"]) for hit in index.search(query).hits]

    expected = sorted(range(40), key=lambda n: (-(n % 4) or 1, n % 3, -n))
    assert ids(limit=100) == expected
    assert ids(offset=offset, limit=5) == expected[offset : offset + 5]
