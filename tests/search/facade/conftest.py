"""Two real courses in two libraries, one of them as a course too, indexed once; and a client that asks as browsers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.test.utils import override_settings
from openedx_content import api as content_api
from openedx_content.models_api import PublishableEntity
from openedx_tagging import api as tagging_api
from pytest_django import DjangoDbBlocker

from content_libraries import api, keys
from content_libraries.actors import OPERATOR
from content_libraries.learning_core.ids import package_id
from content_libraries.search.facade.access import facade_access
from content_libraries.search.tokens import make_token
from content_libraries.search.upkeep import catch_up

INDEX = "studio_content"
DEMO = "lib:DemoX:demo"
ADVANCED = "lib:HarvardX:advanced"
COURSE = "course-v1:DemoX+C1+2026"
TEXT_BLOCKS = 7
"""How many components of the demo library have a tag, are in the collection, and are changed after publishing."""

type Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SearchClient:
    """Asks the facade over HTTP with one token."""

    token: str | None

    def post(self, path: str, body: object, **headers: str) -> Any:
        if self.token is not None:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        return Client().post(f"/meilisearch/{path}", json.dumps(body), content_type="application/json", headers=headers)

    def search(self, **query: Any) -> Any:
        """The answer to one query, which has to succeed."""
        response = self.post(f"indexes/{INDEX}/search", query)
        assert response.status_code == 200, response.content
        return response.json()

    def multi(self, *queries: Body) -> Any:
        """The results of several queries, which have to succeed."""
        response = self.post("multi-search", {"queries": [{"indexUid": INDEX, **query} for query in queries]})
        assert response.status_code == 200, response.content
        return response.json()["results"]

    def facet(self, name: str, text: str | None = "", **query: Any) -> dict[str, int]:
        """The values of a facet that are found, which has to succeed."""
        response = self.post(f"indexes/{INDEX}/facet-search", {"facetName": name, "facetQuery": text, **query})
        assert response.status_code == 200, response.content
        return {hit["value"]: hit["count"] for hit in response.json()["facetHits"]}


@pytest.fixture(scope="session")
def real_index(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    real_archive: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The folder of the index. The database is as it was before, because the facade never asks it."""
    folder = str(tmp_path_factory.mktemp("real") / "search")
    with (
        django_db_blocker.unblock(),
        override_settings(CONTENT_LIBRARIES_SEARCH_INDEX_DIR=folder),
        transaction.atomic(),
    ):
        demo = _imported(DEMO, "Demo library", real_archive("openedx-demo-course.tar.gz"))
        advanced = _imported(ADVANCED, "Advanced library", real_archive("harvardx-studio-advanced.tar.gz"))
        _tag_collect_and_change(demo)
        course_key = keys.course_key(COURSE)
        api.load_course(real_archive("openedx-demo-course.tar.gz"), user=OPERATOR, course_key=course_key)
        for learning_package_pk in (demo, advanced, api.package_of_course(course_key)):
            catch_up(learning_package_pk)
        transaction.set_rollback(True)
    return folder


@pytest.fixture
def searchable(real_index: str, settings: Any, _index_of_its_own: None) -> None:
    """The site has the index of the two courses."""
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = real_index


@pytest.fixture
def staff_search(searchable: None) -> SearchClient:
    """Searches everything."""
    return SearchClient(token())


@pytest.fixture
def demo_search(searchable: None) -> SearchClient:
    """Searches the demo library only."""
    return SearchClient(token({"filter": f'org IN [] OR context_key = "{DEMO}"'}))


def token(rule: Body | None = None) -> str:
    access = facade_access()
    assert access is not None
    return make_token(access, rule or {})


def _imported(key: str, title: str, archive: Path) -> int:
    library_key = keys.library_key(key)
    library = api.create_library(user=OPERATOR, org=library_key.org, slug=library_key.slug, title=title)
    options = api.ImportOptions(level=api.Level.SECTION)
    api.import_archive(library_key, user=OPERATOR, source=archive, options=options, publish=True)
    assert library.learning_package_id is not None
    return library.learning_package_id


def _tag_collect_and_change(learning_package_pk: int) -> None:
    taxonomy = tagging_api.create_taxonomy("Location")
    for value, parent in (("Europe", None), ("São Tomé", None), ("France", "Europe"), ("Île de Ré", "France")):
        tagging_api.add_tag_to_taxonomy(taxonomy, value, parent)
    entities = PublishableEntity.objects.filter(
        learning_package_id=learning_package_pk, entity_ref__startswith="xblock.v1:html:"
    ).order_by("pk")[:TEXT_BLOCKS]
    for number, entity in enumerate(entities):
        key = f"lb:DemoX:demo:html:{entity.entity_ref.rpartition(':')[2]}"
        tagging_api.tag_object(key, taxonomy, ["Île de Ré"] if number % 2 else ["São Tomé"])
    package = package_id(learning_package_pk)
    content_api.create_collection(package, "spring", title="Spring term", created_by=None)
    content_api.add_to_collection(
        package, "spring", PublishableEntity.objects.filter(id__in=[entity.id for entity in entities])
    )
    api.write_items(
        OPERATOR,
        api.get_library(keys.library_key(DEMO)),
        components=[
            api.ComponentWrite("html", "novel", "我们学习光合作用", "<html><p>Light reactions</p></html>"),
        ],
        containers=[],
    )
