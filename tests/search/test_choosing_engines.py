"""Sites choose an engine: one of ours, or a class of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, Self

import pytest
from django.core.checks import run_checks

from content_libraries import api
from content_libraries.libraries.models import ContentLibrary
from content_libraries.search.engine import (
    Document,
    SearchEngine,
    SearchEngineError,
    SearchQuery,
    SearchResult,
    current_engine,
    index_name,
)
from tests.conftest import ClientFactory


class ListEngine(SearchEngine):
    """A whole engine of a site's own: it keeps documents in a list, and finds all that are asked for by place."""

    indexes: dict[str, dict[str, Document]] = {}  # noqa: RUF012 - what a server would keep

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def from_settings(cls) -> Self:
        return cls(index_name())

    @property
    def documents(self) -> dict[str, Document]:
        return self.indexes.setdefault(self.name, {})

    def prepare(self) -> str:
        return f"{self.name} {id(self.documents)}"

    def update(self, documents: Sequence[Document]) -> None:
        self.documents.update({document["id"]: document for document in documents})

    def delete(self, ids: Sequence[str]) -> None:
        for each in ids:
            self.documents.pop(each, None)

    def delete_context(self, context_key: str) -> None:
        self.delete([document["id"] for document in self.documents_of(context_key)])

    def search(self, query: SearchQuery) -> SearchResult:
        keys = query.context_keys
        hits = [each for each in self.documents.values() if keys is None or each["context_key"] in keys]
        return SearchResult(hits=hits, total=len(hits))

    def count(self) -> int:
        return len(self.documents)

    def clear(self) -> None:
        self.indexes[self.name] = {}

    def documents_of(self, context_key: str) -> Iterator[Document]:
        return iter([each for each in self.documents.values() if each["context_key"] == context_key])

    def spare(self) -> Self:
        return type(self)(f"{self.name} spare")

    def use_spare(self) -> None:
        self.indexes[self.name] = self.indexes.pop(f"{self.name} spare")


@pytest.fixture
def _own_engine(settings: Any) -> Iterator[None]:
    settings.CONTENT_LIBRARIES_SEARCH_ENGINE = "tests.search.test_choosing_engines.ListEngine"
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_PREFIX = "campus_"
    yield
    ListEngine.indexes.clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("_own_engine")
def test_an_engine_of_a_site_needs_nothing_but_its_class(library: ContentLibrary, api_client: ClientFactory) -> None:
    api.create_component(library.library_key, user=api.OPERATOR, block_type="html", component_code="t")
    api.rebuild()
    assert ListEngine.indexes.keys() == {"campus_studio_content"}
    assert [hit["block_id"] for hit in api.search(api.OPERATOR, q="").hits] == ["t"]

    staff = library.permission_grants.get().user
    access = api_client(staff).get("/api/content_search/v2/studio/").data
    assert (access["url"], access["index_name"]) == ("http://testserver/meilisearch", "campus_studio_content")
    answer: Any = api_client().post(
        "/meilisearch/multi-search",
        {"queries": [{"indexUid": access["index_name"], "q": ""}]},
        format="json",
        headers={"Authorization": f"Bearer {access['api_key']}"},
    )
    assert [hit["block_id"] for hit in answer.json()["results"][0]["hits"]] == ["t"]


def test_a_missing_package_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tantivy", None)
    for name in [name for name in sys.modules if name.startswith("content_libraries.search.engines.embedded")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(SearchEngineError, match=r"pip install 'content_libraries\[tantivy\]'"):
        current_engine()
    assert "content_libraries.W002" in {message.id for message in run_checks()}


def test_nothing_is_missing_here() -> None:
    assert "content_libraries.W002" not in {message.id for message in run_checks()}
