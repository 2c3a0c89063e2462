"""Requests that are small enough to be taken and ask for very much: long lists, many conditions, huge elements."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
import requests
import yaml
from django.contrib.auth.models import User

from content_libraries import conf
from content_libraries.learning_core.api import ComponentWrite, write_drafts
from content_libraries.search.engine import index_name
from content_libraries.search.facade.access import facade_access
from content_libraries.search.tokens import make_token
from tests.conftest import ClientFactory
from tests.content.client import LibraryClient
from tests.growth import assert_grows_no_faster_than_its_input
from tests.running import PATIENCE_SECONDS, manage, prepared_site, running_site
from tests.search.facade.conftest import SearchClient
from tests.xblocks.building import write_component
from tests.xblocks.client import BlockClient

pytestmark = pytest.mark.django_db

MANY: Final = 200_000
"""Keys in a body: it took 72 seconds to say that the first one is not there."""


AT_ONCE: Final = 8
GENEROUS_SECONDS: Final = 10
ATTACKS: Final[list[tuple[str, Any]]] = [
    ("lib:DemoX:welcome/collections/", {"title": "T", "description": [[]] * 1_000_000}),
    ("containers/lct:DemoX:welcome:unit:u/children/", {"usage_keys": ["lb:DemoX:welcome:html:h"] * 90_000}),
    ("lib:DemoX:welcome/containers/", {"container_type": ["unit"] * 90_000, "display_name": "x" * 1_000_000}),
]


def refused(response: Any, limit: int | str) -> None:
    assert response.status_code == 400, response.content[:500]
    shown = f"{limit:,}" if isinstance(limit, int) else limit
    text = response.content.decode()
    assert str(limit) in text or shown in text


WITH_MANY: Final = {("post", "children"), ("patch", "collections-of-item")}
"""Requests that name very many keys. The others name one more than is allowed."""


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("post", "children", "usage_keys"),
        ("patch", "children", "usage_keys"),
        ("delete", "children", "usage_keys"),
        ("patch", "collection", "usage_keys"),
        ("delete", "collection", "usage_keys"),
        ("patch", "collections-of-item", "collection_keys"),
    ],
)
def test_lists_of_keys(lib: BlockClient, settings: Any, method: str, path: str, name: str) -> None:
    settings.CONTENT_LIBRARIES_REQUEST_MAX_VALUES = 2 * MANY  # so that the list itself is what is too long
    lib.create("unit:u")
    lib.create("html:h")
    code = lib.create_collection("C")["key"]
    urls = {
        "children": lib.url("unit:u", "children/"),
        "collection": lib.collection_url(code, "items/"),
        "collections-of-item": lib.url("html:h", "collections/"),
    }
    limit = conf.CONTAINER_MAX_CHILDREN if path == "children" else conf.REQUEST_MAX_ITEMS
    keys = [lib.key("html:h")] * (MANY if (method, path) in WITH_MANY else limit.value + 1)
    refused(getattr(lib.http, method)(urls[path], {name: keys}, format="json"), limit.value)


def test_tags_of_an_object_and_of_a_taxonomy(lib: BlockClient, staff: User, api_client: ClientFactory) -> None:
    lib.create("html:h")
    most = conf.REQUEST_MAX_ITEMS.value
    http = api_client(staff)
    created = http.post("/api/content_tagging/v1/taxonomies/", {"name": "T", "export_id": "t"}, format="json").json()
    url = f"/api/content_tagging/v1/object_tags/{lib.key('html:h')}/"
    for tags_data in (
        [{"taxonomy": created["id"], "tags": ["x"] * (most + 1)}],
        [{"taxonomy": created["id"], "tags": []}] * (most + 1),
        [{"taxonomy": created["id"], "tags": ["x"] * 100}] * (most // 100),
    ):
        refused(http.put(url, {"tagsData": tags_data}, format="json"), most)
    tags = f"/api/content_tagging/v1/taxonomies/{created['id']}/tags/"
    refused(http.delete(tags, {"tags": ["x"] * (most + 1)}, format="json"), most)
    orgs = f"/api/content_tagging/v1/taxonomies/{created['id']}/orgs/"
    refused(http.put(orgs, {"orgs": ["x"] * (most + 1)}, format="json"), most)
    counts = f"/api/content_tagging/v1/object_tag_counts/{','.join(['lb:A:b:html:c'] * (most + 1))}/"
    refused(http.get(counts), most)


def test_every_list_that_requests_may_hold_has_a_limit() -> None:
    """As the description of the API says it, so that new lists get one too."""
    text = (Path(__file__).parents[2] / "docs" / "reference" / "openapi.yaml").read_text()
    api = yaml.load(text, yaml.CSafeLoader)  # the other reader takes seconds
    unlimited = {
        f"{method} {path}: {place}"
        for path, operations in api["paths"].items()
        for method, operation in operations.items()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        for place in unlimited_lists(content["schema"], api["components"]["schemas"])
    }
    # Lists of openedx-authz and of openedx-tagging, whose views of ours count them.
    known = ("/api/authz/v1/", "/api/content_tagging/v1/taxonomies/{id}/")
    assert not {found for found in unlimited if not found.partition(" ")[2].startswith(known)}


def unlimited_lists(schema: dict[str, Any], schemas: dict[str, Any], place: str = "") -> Iterator[str]:
    if reference := schema.get("$ref"):
        yield from unlimited_lists(schemas[reference.rpartition("/")[2]], schemas, place)
    if schema.get("type") == "array" and "maxItems" not in schema and "enum" not in str(schema["items"]):
        yield place
    for name, part in schema.get("properties", {}).items():
        if part.get("readOnly"):
            continue
        yield from unlimited_lists(part, schemas, f"{place}.{name}")
    if "items" in schema:
        yield from unlimited_lists(schema["items"], schemas, f"{place}[]")


@pytest.fixture
def conditions() -> str:
    return " OR ".join(['org = "A"'] * (conf.SEARCH_MAX_CONDITIONS.value // 10))


def search(path: str, body: object) -> Any:
    access = facade_access()
    assert access is not None
    return SearchClient(make_token(access, {})).post(path, body)


def test_filters_of_many_conditions(conditions: str) -> None:
    limit = f"{conf.SEARCH_MAX_CONDITIONS.value} conditions"
    refused(search(f"indexes/{index_name()}/search", {"filter": [conditions] * 11}), limit)
    queries = [{"indexUid": index_name(), "filter": conditions}] * 50
    refused(search("multi-search", {"queries": queries}), limit)


def test_queries_that_ask_for_many_hits_together() -> None:
    def queries(number: int, **more: Any) -> Any:
        return search("multi-search", {"queries": [{"indexUid": index_name(), "limit": 1_000, **more}] * number})

    refused(queries(50, attributesToHighlight=["*"]), "2,000 hits")
    refused(queries(3, page=1, hitsPerPage=1_000), "2,000 hits")
    assert queries(2).status_code == 200


def test_searches_that_hold_more_values_than_anybody_sends() -> None:
    body: dict[str, list[object]] = {"attributesToRetrieve": [[]] * (conf.REQUEST_MAX_VALUES.value + 1)}
    refused(search(f"indexes/{index_name()}/search", body), conf.REQUEST_MAX_VALUES.value)


CHOICES: Final = (
    '<problem><multiplechoiceresponse><choicegroup type="MultipleChoice">'
    + "".join(f'<choice correct="{str(number == 7).lower()}">{number}</choice>' for number in range(20_000))
    + "</choicegroup></multiplechoiceresponse></problem>"
)


@pytest.mark.parametrize(
    ("olx", "problem"),
    [
        ("<html " + " ".join(f'a{number}="1"' for number in range(MANY)) + "/>", "more than 1,000 attributes"),
        ("<html>" + "<p/>" * MANY + "</html>", "above 100,000"),
        ("<html>" + '<p a="1" b="2" c="3"/>' * 30_000 + "</html>", "above 100,000"),
        (CHOICES, "above 10,000"),
        ("<problem>" + "<p>" * 1_000 + "</p>" * 1_000 + "</problem>", "more than 200 deep"),
    ],
    ids=["attributes", "elements", "attributes-of-many", "choices", "depth"],
)
def test_olx_of_many_parts(lib: BlockClient, olx: str, problem: str) -> None:
    name = "html:h" if olx.startswith("<html") else "problem:p"
    lib.create(name)
    answer = lib.http.post(lib.url(name, "olx/"), {"olx": olx}, format="json")
    assert answer.status_code == 400
    assert problem in answer.content.decode()


def test_a_problem_of_many_choices_that_was_imported(lib: BlockClient, author: User) -> None:
    write_component(lib.library, author, "problem", "p", CHOICES)
    for answer in (lib.embed("problem:p"), lib.embed("problem:p", "studio_view", inner="1")):
        assert answer.status_code == 200
        assert "above 10,000" in answer.content.decode()
    assert lib.read("problem:p", "olx/")["olx"] == CHOICES


# Children of a container: many of them are legitimate


def fill(lib: LibraryClient, count: int) -> str:
    """A unit with so many components. Returns its short key."""
    components = [ComponentWrite("html", f"of{count}-{number}", "T", olx="<html/>") for number in range(count)]
    write_drafts(lib.library.learning_package_id or 0, components=components, author_pk=None)
    name = f"unit:of{count}"
    lib.create(name)
    keys = [lib.key(f"html:{component.component_code}") for component in components]
    lib.ok(lib.http.post(lib.url(name, "children/"), {"usage_keys": keys}, format="json"))
    return name


def test_a_container_takes_so_many_children_and_no_more(lib: BlockClient, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_CONTAINER_MAX_CHILDREN = 3
    lib.create("html:h")
    lib.create("unit:u")
    lib.add_children("unit:u", *["html:h"] * 3)
    refused(lib.edit_children("post", "unit:u", "html:h"), 3)
    refused(lib.edit_children("patch", "unit:u", *["html:h"] * 4), 3)
    settings.CONTENT_LIBRARIES_CONTAINER_MAX_CHILDREN = 2
    lib.rename("unit:u", "It had them before")
    assert lib.children("unit:u") == ["html:h"] * 3


@pytest.mark.slow
def test_reading_and_appending_cost_no_more_than_in_proportion(lib: BlockClient) -> None:
    names = {count: fill(lib, count) for count in (500, 2_000)}
    lib.create("html:one")
    assert_grows_no_faster_than_its_input(lambda count: lib.children(names[count]), size=500)
    assert_grows_no_faster_than_its_input(lambda count: lib.add_children(names[count], "html:one"), size=500)


def test_queries_of_an_append_do_not_grow_with_the_children(
    lib: BlockClient, django_assert_max_num_queries: Any
) -> None:
    name = fill(lib, 300)
    lib.create("html:one")
    with django_assert_max_num_queries(60):
        lib.add_children(name, "html:one")
    with django_assert_max_num_queries(20):
        lib.children(name)


# On a running site


@pytest.mark.slow
def test_others_are_served_meanwhile(tmp_path: Path) -> None:
    """Eight large requests at once, as many as the site has threads, again and again."""
    environment = prepared_site(tmp_path)
    tokens = {name: manage(environment, "create_token", name).strip() for name in ("author", "user")}
    headers = {name: {"Authorization": f"JWT {token}"} for name, token in tokens.items()}
    with running_site(environment) as address, ThreadPoolExecutor(AT_ONCE) as pool:

        def attack(number: int) -> int:
            name, body = ATTACKS[number % len(ATTACKS)]
            url = f"{address}/api/libraries/v2/{name}"
            return requests.post(url, json=body, headers=headers["author"], timeout=PATIENCE_SECONDS).status_code

        attacks = [pool.submit(attack, number) for number in range(6 * AT_ONCE)]
        watched = 0
        while not all(each.done() for each in attacks):
            assert requests.get(f"{address}/healthz", timeout=GENEROUS_SECONDS).status_code == 200
            library = requests.get(f"{address}/api/libraries/v2/", headers=headers["user"], timeout=GENEROUS_SECONDS)
            assert library.status_code == 200
            watched += 1
        assert watched > 1
        assert {each.result() for each in attacks} == {400}
