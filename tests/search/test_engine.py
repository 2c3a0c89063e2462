"""How the embedded engine finds, ranks and counts (wire: search-settings)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from content_libraries.search.engine import OneOf, SearchEngine, SearchQuery, Sort
from content_libraries.search.engines.embedded import EmbeddedEngine


@pytest.fixture
def index(tmp_path: Path) -> SearchEngine:
    engine = EmbeddedEngine(tmp_path / "index")
    engine.prepare()
    return engine


def document(code: str, title: str = "", text: str = "", **fields: Any) -> dict[str, Any]:
    return {
        "id": code,
        "usage_key": f"lb:Org:lib:html:{code}",
        "block_id": code,
        "block_type": "html",
        "type": "library_block",
        "context_key": "lib:Org:lib",
        "display_name": title,
        "content": {"html_content": text},
        "description": text,
        **fields,
    }


def found(index: SearchEngine, q: str = "", **query: Any) -> list[str]:
    return [hit["id"] for hit in index.search(SearchQuery(q=q, **query)).hits]


@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("Photosynthesis in plants", "photosynthesis"),
        ("Photosynthesis in plants", "plants photosynthesis"),
        ("Photosynthesis in plants", "plants photo"),  # the last word may be typed half
        ("Photosynthesis in plants", "plamts"),  # one typo from five letters
        ("Photosynthesis in plants", "fotosynthesis"),  # two typos from nine letters
        ("Photosynthesis in plants", "photosyntehsis"),  # letters swapped
        ("Photosynthesis in plants", "fotosynth"),
        ("Élève à l'école", "eleve ecole"),
        ("eleve a l'ecole", "ÉLÈVE"),
        ("Straße", "strasse"),
        ("Смешанные числа", "числа"),
        ("我们学习光合作用", "光合作用"),
        ("我们学习光合作用", "学习"),
        ("光合作用 is photosynthesis", "光合 photo"),
        ("こんにちは世界", "世界"),
        ("식물의 광합성을 배웁니다", "광합성"),
        ("ภาษาไทย", "ไทย"),
        ("हिन्दी भाषा", "हिन्दी"),
        ("snake_case and kebab-case", "kebab"),
    ],
)
def test_words_are_found(index: SearchEngine, text: str, q: str) -> None:
    index.update([document("a", text=text), document("b", text="something else entirely")])

    assert found(index, q) == ["a"]


@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("Photosynthesis in plants", "photo plants"),  # only the last word may be typed half
        ("Photosynthesis in plants", "photosynthesis animals"),  # all words have to be there
        ("cats", "bats"),  # no typo below five letters
        ("plants", "blands"),  # two typos below nine letters
        ("我们学习光合作用", "习学"),  # characters have to stand in that order
        ("我们学习光合作用", "学光"),  # and together
        ("anything", "photosynthesis"),
    ],
)
def test_other_words_are_not_found(index: SearchEngine, text: str, q: str) -> None:
    index.update([document("a", text=text)])

    assert found(index, q) == []


def test_titles_come_before_texts_and_typos_last(index: SearchEngine) -> None:
    index.update(
        [
            document("typo", title="Photosinthesis"),
            document("text", title="Plants", text="all about photosynthesis"),
            document("tag", title="Sun", tags={"level0": ["Biology > Photosynthesis"]}),
            document("beginning", title="Photosynthesis-like"),
            document("title", title="Photosynthesis"),
        ]
    )

    ranked = found(index, "photosynthesis")

    assert set(ranked[:2]) == {"title", "beginning"}
    assert ranked[2:] == ["text", "tag", "typo"]


def test_whole_words_come_before_beginnings(index: SearchEngine) -> None:
    index.update([document("longer", title="Plantation"), document("whole", title="Plant")])

    assert found(index, "plant") == ["whole", "longer"]


def test_texts_that_are_more_about_a_word_come_first(index: SearchEngine) -> None:
    index.update(
        [
            document("mentions", text="light " + "and many other words about anything else " * 20),
            document("is-about", text="light light light"),
        ]
    )

    assert found(index, "light") == ["is-about", "mentions"]


def test_tags_collections_block_ids_and_published_texts_are_searched(index: SearchEngine) -> None:
    index.update(
        [
            document("by-tag", tags={"taxonomy": ["Location"], "level0": ["Location > Europe"]}),
            document("by-collection", collections={"display_name": ["Spring term"], "key": ["spring"]}),
            document("by-published", published={"display_name": "Former name", "description": "former text"}),
            document("zebra-block"),
        ]
    )

    assert found(index, "europe") == ["by-tag"]
    assert found(index, "spring") == ["by-collection"]
    assert found(index, "former") == ["by-published"]
    assert found(index, "zebra") == ["zebra-block"]


def test_keys_of_children_are_no_words(index: SearchEngine) -> None:
    children = {"child_usage_keys": ["lb:Org:lib:video:v1"], "child_display_names": ["Waterfall"]}
    index.update([document("unit", content=children, description="")])

    assert found(index, "waterfall") == ["unit"]
    assert found(index, "video") == []


@pytest.mark.parametrize("q", ["", "   ", "…!?", '"', "AND OR NOT", "title:x", "(", "a" * 5000, "x " * 5000, "\0"])
def test_any_query_is_answered(index: SearchEngine, q: str) -> None:
    index.update([document("a", title="and or not")])

    result = index.search(SearchQuery(q=q))

    assert result.total in (0, 1)


def test_without_words_everything_is_found(index: SearchEngine) -> None:
    index.update([document("a"), document("b")])

    assert sorted(found(index, " … ")) == ["a", "b"]


def test_conditions_all_have_to_hold_for_any_of_their_values(index: SearchEngine) -> None:
    index.update(
        [
            document("a", block_type="html", publish_status="never"),
            document("b", block_type="problem", publish_status="never"),
            document("c", block_type="problem", publish_status="published"),
            document("d", block_type="video", publish_status="never"),
        ]
    )
    types, states = OneOf("block_type", ["html", "problem"]), OneOf("publish_status", ["never"])

    assert sorted(found(index, conditions=[types])) == ["a", "b", "c"]
    assert sorted(found(index, conditions=[types, states])) == ["a", "b"]
    assert found(index, conditions=[OneOf("block_type", [])]) == []


def test_a_list_matches_when_any_of_its_elements_does(index: SearchEngine) -> None:
    index.update(
        [
            document("a", content={"problem_types": ["choiceresponse", "stringresponse"]}),
            document("b", collections={"display_name": ["X"], "key": ["x", "y"]}),
            document("c", breadcrumbs=[{"display_name": "Course"}, {"usage_key": "block-v1:s"}]),
            document("d", tags={"level1": ["Location > Europe > France"]}, access_id=7),
        ]
    )

    assert found(index, conditions=[OneOf("content.problem_types", ["stringresponse"])]) == ["a"]
    assert found(index, conditions=[OneOf("collections.key", ["y"])]) == ["b"]
    assert found(index, conditions=[OneOf("breadcrumbs.usage_key", ["block-v1:s"])]) == ["c"]
    assert found(index, conditions=[OneOf("tags.level1", ["Location > Europe > France"])]) == ["d"]
    assert found(index, conditions=[OneOf("access_id", [6, 7])]) == ["d"]


def test_conditions_do_not_count_for_the_order(index: SearchEngine) -> None:
    index.update(
        [
            document("rare", text="light", block_type="rare"),
            *(document(f"common{number}", title="light") for number in range(5)),
        ]
    )

    assert found(index, "light", conditions=[OneOf("block_type", ["rare", "html"])])[-1] == "rare"


def test_only_allowed_contexts_are_searched(index: SearchEngine) -> None:
    index.update([document("a"), document("b", context_key="lib:Org:other")])

    assert found(index, context_keys=frozenset({"lib:Org:other"})) == ["b"]
    assert found(index, context_keys=frozenset()) == []
    assert index.search(SearchQuery(context_keys=frozenset())).total == 0
    assert sorted(found(index, context_keys=None)) == ["a", "b"]


def test_a_chosen_order_wins_over_relevance_and_ignores_case(index: SearchEngine) -> None:
    index.update(
        [
            document("1", title="zebra light"),
            document("2", title="Apple", text="light"),
            document("3", title="émile light"),
        ]
    )

    assert found(index, "light", sort=[Sort("display_name")]) == ["2", "3", "1"]
    assert found(index, "light", sort=[Sort("display_name", descending=True)]) == ["1", "3", "2"]


@pytest.mark.parametrize("descending", [False, True])
def test_documents_without_the_attribute_come_last(index: SearchEngine, descending: bool) -> None:
    index.update(
        [
            document("never", last_published=None, modified=3.0),
            document("early", last_published=10.5, modified=2.0),
            document("late", last_published=20.0, modified=1.0),
        ]
    )
    order = ["late", "early"] if descending else ["early", "late"]

    assert found(index, sort=[Sort("last_published", descending)]) == [*order, "never"]
    assert found(index, sort=[Sort("last_published", descending), Sort("modified")]) == [*order, "never"]


def test_several_orders_apply_one_after_the_other(index: SearchEngine) -> None:
    index.update(
        [
            document("a", title="B", last_published=1.0, modified=1.0),
            document("b", title="a", last_published=1.0, modified=2.0),
            document("c", title="C", last_published=2.0, modified=0.0),
        ]
    )

    assert found(index, sort=[Sort("last_published", True), Sort("modified", True)]) == ["c", "b", "a"]
    assert found(index, sort=[Sort("last_published"), Sort("display_name")]) == ["b", "a", "c"]
    paged = SearchQuery(sort=[Sort("last_published"), Sort("display_name")], offset=1, limit=1)
    assert [hit["id"] for hit in index.search(paged).hits] == ["a"]
    assert index.search(paged).total == 3


def test_hits_are_counted_and_read_in_parts(index: SearchEngine) -> None:
    index.update([document(f"{number:02}", title="x", modified=number) for number in range(25)])
    order = [Sort("modified")]

    assert found(index, sort=order, limit=10) == [f"{number:02}" for number in range(10)]
    assert found(index, sort=order, limit=10, offset=20) == ["20", "21", "22", "23", "24"]
    assert found(index, limit=10, offset=10**12) == []
    assert index.search(SearchQuery(limit=0)).total == 25
    assert index.search(SearchQuery(offset=30)).total == 25
    assert len(index.search(SearchQuery(limit=10**9)).hits) == 25


def test_values_of_facets_are_counted(index: SearchEngine) -> None:
    index.update(
        [
            document("a", block_type="problem", content={"problem_types": ["choiceresponse", "customresponse"]}),
            document("b", block_type="problem", content={"problem_types": ["choiceresponse"]}),
            document("c", text="light"),
        ]
    )
    facets = ["block_type", "content.problem_types", "publish_status"]

    result = index.search(SearchQuery(limit=1, facets=facets))
    narrowed = index.search(SearchQuery(q="light", limit=0, facets=facets))

    assert result.facets == {
        "block_type": {"problem": 2, "html": 1},
        "content.problem_types": {"choiceresponse": 2, "customresponse": 1},
        "publish_status": {},
    }
    assert narrowed.facets["block_type"] == {"html": 1}
