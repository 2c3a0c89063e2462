"""The Python client of Meilisearch against the facade, over a socket, without a change in either."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import meilisearch
import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from meilisearch.errors import MeilisearchApiError

from .conftest import DEMO, INDEX, token

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("real index")]


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        pass


@pytest.fixture
def url(searchable: None) -> Iterator[str]:
    """The site with the index of the two courses, as a web server. Its threads have no database, and need none."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Silent)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/meilisearch"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_client_searches(url: str) -> None:
    client = meilisearch.Client(url, token())
    index = client.index(INDEX)

    assert client.health() == {"status": "available"}
    assert client.get_version()["pkgVersion"]
    found = index.search("numerical", {"filter": [f'context_key = "{DEMO}"'], "limit": 5, "facets": ["block_type"]})
    assert len(found["hits"]) == 5 <= found["estimatedTotalHits"]
    assert found["facetDistribution"]["block_type"]["problem"] > 1
    several = client.multi_search([{"indexUid": INDEX, "q": "video"}, {"indexUid": INDEX, "q": "", "limit": 0}])
    assert [len(result["hits"]) for result in several["results"]] == [20, 0]
    assert index.facet_search("block_type", "prob")["facetHits"][0]["value"] == "problem"


def test_the_client_understands_errors(url: str) -> None:
    client = meilisearch.Client(url, token())

    with pytest.raises(MeilisearchApiError) as refused:
        client.index(INDEX).search("", {"filter": "unknown = 1"})
    assert (refused.value.status_code, refused.value.code) == (400, "invalid_search_filter")
    with pytest.raises(MeilisearchApiError) as stranger:
        meilisearch.Client(url, "wrong").index(INDEX).search("")
    assert (stranger.value.status_code, stranger.value.code) == (403, "invalid_api_key")
