"""What operators look at: health, metrics, logs, the description of the API."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache.backends.base import BaseCache
from django.db import OperationalError, connection
from django.test import Client

from content_libraries.content import api as content
from content_libraries.libraries.models import ContentLibrary
from content_libraries.sync.models import SyncRun
from studio.celery import app as celery_app
from studio.operations import health
from tests.conftest import CommitRunner
from tests.endpoints import views
from tests.sites import PROJECT, site_environment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_remembered_findings() -> None:
    health.remembered.clear()


class CacheThatIsGone(BaseCache):
    """Does as Redis does when nobody answers."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, *_arguments: Any, **_more: Any) -> Any:
        raise ConnectionError("the cache is gone")

    set = add = delete = get


@pytest.fixture
def _gone_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.CacheThatIsGone"}}


@pytest.fixture
def _unreachable_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(celery_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")


def no_database(*_arguments: Any, **_more: Any) -> Any:
    raise OperationalError("the database is gone")


class TestHealth:
    @pytest.mark.usefixtures("_unreachable_broker")
    def test_the_process_is_alive_whatever_happens_elsewhere(
        self, client: Client, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(0):
            assert client.get("/healthz").status_code == 200

    def test_a_site_that_works_is_ready(self, client: Client) -> None:
        response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (200, "ready")
        assert {name: check["ok"] for name, check in response.json()["checks"].items()} == {
            "database": True,
            "broker": True,
            "search": True,
            "disks": True,
        }

    @pytest.mark.usefixtures("_unreachable_broker")
    def test_without_a_broker_it_still_serves(self, client: Client) -> None:
        response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (200, "degraded")
        assert response.json()["checks"]["broker"]["ok"] is False

    @pytest.mark.usefixtures("_gone_cache")
    def test_without_a_cache_it_still_serves(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = "for-the-scraper"
        assert client.get("/readyz").status_code == 200
        assert client.get("/metrics", headers={"Authorization": "Bearer for-the-scraper"}).status_code == 200

    def test_without_a_database_it_does_not(self, client: Client) -> None:
        with connection.execute_wrapper(no_database):
            response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (503, "not ready")

    def test_it_tells_how_far_search_is_behind(
        self, client: Client, library: ContentLibrary, staff: User, run_on_commit: CommitRunner
    ) -> None:
        content.create_component(library.library_key, user=staff, block_type="html", component_code="waiting")
        told = client.get("/readyz").json()["checks"]["search"]
        assert told["behind"] == 1
        assert told["seconds"] >= 0


class TestMetrics:
    def test_strangers_may_not_read_them(self, client: Client, reader: User) -> None:
        assert client.get("/metrics").status_code == 403
        client.force_login(reader)
        assert client.get("/metrics").status_code == 403

    def test_a_refusal_is_a_line_in_the_log_and_no_trace(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        client.get("/metrics")
        assert [record.exc_info for record in caplog.records if record.name == "django.request"] == [None]

    def test_without_a_configured_token_none_is_right(self, client: Client) -> None:
        assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403

    def test_the_token_opens_them(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = "for-the-scraper"
        client.get("/healthz")
        text = client.get("/metrics", headers={"Authorization": "Bearer for-the-scraper"}).content.decode()
        assert 'studio_up{part="database"} 1.0' in text
        assert "studio_search_libraries_behind 0.0" in text
        assert 'view="healthz"' in text

    @pytest.mark.slow
    def test_they_stay_small_whatever_is_asked_for(self, client: Client, staff: User) -> None:
        """One request to each address of the site with each method, and to some that are not there."""
        client.force_login(staff)
        client.raise_request_exception = False
        addresses = {re.sub(r"<[^>]*>", "x", path) for path, _view in views()}
        for path in [*addresses, *(f"/no/such/{number}" for number in range(100))]:
            client.generic("TELEPORT", path)
            client.options(path)
        for path in addresses - {"/accounts/logout/", "/logout", "/admin/logout/"}:
            if path.startswith("/api/libraries/"):
                client.get(path)
        text = client.get("/metrics").content.decode()
        assert len(text) < 100_000
        parts = set(re.findall(r'view="([^"]*)"', text))
        assert {"api/libraries/v2", "none"} <= parts
        assert len(parts) < 70
        assert "TELEPORT" not in text

    def test_staff_may_read_them(self, client: Client, staff: User) -> None:
        client.force_login(staff)
        assert client.get("/metrics").status_code == 200

    def test_jobs_by_kind_and_state_and_the_age_of_the_queue(self, client: Client, staff: User) -> None:
        now = datetime.now(UTC)
        for state in ("waiting", "waiting", "running", "failed"):
            job = SyncRun.objects.create(user=staff, state=state, heartbeat=now - timedelta(hours=1))
        SyncRun.objects.filter(state="waiting", pk__lt=job.pk).update(created=now - timedelta(minutes=2))
        client.force_login(staff)
        figures = dict(line.rsplit(" ", 1) for line in client.get("/metrics").content.decode().splitlines())
        assert figures['studio_jobs{kind="syncrun",state="waiting"}'] == "2.0"
        assert figures['studio_jobs{kind="syncrun",state="failed"}'] == "1.0"
        assert figures['studio_jobs{kind="importjob",state="waiting"}'] == "0.0"
        assert figures['studio_jobs_silent{kind="syncrun"}'] == "1.0"
        assert 120 <= float(figures['studio_queue_age_seconds{kind="syncrun"}']) < 240
        assert figures['studio_queue_age_seconds{kind="importjob"}'] == "0.0"

    def test_every_metric_of_the_guide_is_there(self, client: Client, staff: User) -> None:
        client.force_login(staff)
        client.get("/healthz")
        told = client.get("/metrics").content.decode()
        guide = (PROJECT / "docs" / "operations.rst").read_text()
        named = set(re.findall(r"^``(studio_\w+)", guide, re.MULTILINE))
        assert len(named) == 9
        assert [name for name in named if f"# TYPE {name}" not in told] == []

    def test_without_a_database_the_rest_is_told(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = "for-the-scraper"
        with connection.execute_wrapper(no_database):
            text = client.get("/metrics", headers={"Authorization": "Bearer for-the-scraper"}).content.decode()
        assert 'studio_up{part="database"} 0.0' in text
        assert "studio_jobs{" not in text

    ASK = """
import django; django.setup()
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS.append("testserver")
Client().get("/healthz")
print(Client().get("/metrics", headers={"Authorization": "Bearer shown"}).content.decode())
"""

    def test_several_processes_tell_of_all_requests(self, tmp_path: Path) -> None:
        counted = tmp_path / "metrics"
        counted.mkdir()
        environment = site_environment(tmp_path, METRICS_TOKEN="shown", PROMETHEUS_MULTIPROC_DIR=str(counted))
        command = [sys.executable, "-c", self.ASK]
        for _process in range(2):
            done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
        answered = re.search(r'^studio_responses_total.*view="healthz".* (\d+)', done.stdout, re.MULTILINE)
        assert answered
        assert answered[1] == "2"
        assert 'studio_up{part="database"} 1.0' in done.stdout


@dataclass(frozen=True)
class Logged:
    """What a process has logged: as JSON, then as lines; and the id that its request was answered with."""

    request_id: str
    json_lines: dict[str, dict[str, Any]]
    lines: str


LOGGING = """
import django; django.setup()
import logging, logging.config, sys
from django.conf import settings
from django.test import Client
from studio.operations.logs import logging_settings

def do_something():
    answer = Client(headers={"X-Request-ID": "from-the-proxy"}).get("/healthz?a=1")
    logging.getLogger("some.library").warning("odd: %s", 7, extra={"library": "lib:A:b"})
    return answer["X-Request-ID"]

settings.ALLOWED_HOSTS.append("testserver")
print(do_something())
print("AS LINES", file=sys.stderr)
logging.config.dictConfig(logging_settings("line", "INFO"))
do_something()
"""


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Logged:
    environment = site_environment(tmp_path_factory.mktemp("site"), LOG_LEVEL="INFO", LOG_FORMAT="json")
    command = [sys.executable, "-c", LOGGING]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    as_json, _, lines = done.stderr.partition("AS LINES\n")
    json_lines = {line["event"]: line for line in map(json.loads, as_json.splitlines())}
    return Logged(done.stdout.strip(), json_lines, lines)


class TestLogs:
    def test_a_line_of_json_for_each_request_and_each_message(self, logged: Logged) -> None:
        finished, odd = (logged.json_lines[event] for event in ("request_finished", "odd: 7"))
        assert finished["request_id"] == logged.request_id != "from-the-proxy"
        assert (finished["request"], finished["code"]) == ("GET /healthz?a=1", 200)
        assert (odd["library"], odd["level"]) == ("lib:A:b", "warning")

    def test_lines_for_people_have_no_line_for_each_request(self, logged: Logged) -> None:
        assert "odd: 7" in logged.lines
        assert "request_finished" not in logged.lines

    @pytest.mark.parametrize("trusted", [True, False])
    def test_the_id_of_a_trusted_proxy_is_kept(self, client: Client, settings: Any, trusted: bool) -> None:
        settings.DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = trusted
        request_id = client.get("/healthz", headers={"X-Request-ID": "from-the-proxy"})["X-Request-ID"]
        assert (request_id == "from-the-proxy") is trusted

    def test_a_request_that_fails_has_its_id_in_the_answer_and_in_the_log(
        self, settings: Any, caplog: pytest.LogCaptureFixture, staff: User
    ) -> None:
        client = Client(raise_request_exception=False)
        client.force_login(staff)
        settings.FRONTEND_FLAGS = object()  # nothing that can be written as JSON
        with caplog.at_level(logging.ERROR):
            response = client.get("/api/contentstore/v1/course_waffle_flags")
        assert response.status_code == 500
        assert any(response["X-Request-ID"] in str(record.msg) for record in caplog.records)


class TestApiDescription:
    @pytest.mark.parametrize("url", ["/api-docs/", "/api-docs/reference/"])
    def test_it_can_be_browsed(self, client: Client, url: str) -> None:
        page = client.get(url).content.decode()
        script = client.get(url, {"script": ""}).content.decode()  # a file of its own, or a part of the page
        assert "/api/schema/" in script
        assert "/static/drf_spectacular_sidecar/" in page

    def test_it_says_how_to_log_in_and_groups_and_titles_every_operation(self, client: Client) -> None:
        described = client.get("/api/schema/", {"format": "json"}).json()
        assert "Authorization: JWT" in described["info"]["description"]
        groups = {tag["name"] for tag in described["tags"] if tag["x-displayName"] and tag["description"]}
        operations = [each for path in described["paths"].values() for each in path.values()]
        assert {tag for operation in operations for tag in operation["tags"]} == groups
        assert [operation["operationId"] for operation in operations if not operation.get("summary")] == []

    def test_its_scripts_are_served(self, client: Client) -> None:
        response = client.get("/static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js")
        assert response.status_code == 200
