"""
``compose.yaml`` without Docker: its commands with its variables, on MariaDB, Redis and an S3-compatible store.

Meilisearch is the small server that stands in for it, with the master key that Compose gives it.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from zipfile import ZipFile

import pytest
import requests

from tests.running import answers, free_port, wait_until
from tests.search.meilisearch_server import MASTER_KEY, serving

from .importing_site import DEMO
from .production_site import BUCKET, HOST, PASSWORD, Browser, ProductionSite, Services

pytestmark = [pytest.mark.slow, pytest.mark.services]

MARIADB_URL = os.environ.get("MARIADB_URL", "mysql://root@127.0.0.1:3306/test")
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9")
KEY = "lib:ProdX:uploads"


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """An empty database of its own."""
    import pymysql

    place, name = urlsplit(MARIADB_URL), f"production_{uuid4().hex[:8]}"
    account = {"host": place.hostname, "port": place.port or 3306, "user": place.username}
    connection = pymysql.connect(**account, password=place.password or "", autocommit=True)
    with connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        yield place._replace(path=f"/{name}").geturl()
        cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="module")
def redis_url() -> str:
    """Address of Redis without a database; each service names its own."""
    return urlsplit(REDIS_URL)._replace(path="").geturl()


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """A bucket in a store that speaks as S3 does."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    store = boto3.resource(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    yield store.create_bucket(Bucket=BUCKET)
    server.stop()


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, bucket: Any) -> Iterator[Services]:
    with serving() as search:
        yield Services(
            database_url=database_url,
            redis_url=redis_url,
            search_url=search.url,
            search_key=MASTER_KEY,
            s3_url=bucket.meta.client.meta.endpoint_url,
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, services: Services, redis_url: str) -> Iterator[ProductionSite]:
    name = f"content-libraries-{uuid4()}"
    yield ProductionSite(tmp_path_factory.mktemp("production"), services, name=name, port=free_port())
    for number in (0, 1):  # of the broker and of the cache
        _forget(f"{redis_url}/{number}", name)


@pytest.fixture(scope="module")
def processes(site: ProductionSite) -> Iterator[Mapping[str, subprocess.Popen[bytes]]]:
    """The services, running, and an administrator as docs/operations.rst tells to make one."""
    with site.serving() as processes:
        account = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD, "DJANGO_SUPERUSER_EMAIL": "root@example.com"}
        site.run("web", "python manage.py createsuperuser --no-input --username root", **account)
        yield processes


@pytest.fixture(scope="module")
def browser(site: ProductionSite, processes: object) -> Browser:
    browser = Browser(site.address)
    browser.log_in("root")
    return browser


@pytest.fixture(scope="module")
def imported(browser: Browser) -> dict[str, Any]:
    """The demo course, uploaded and imported by the worker; how that ended."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(DEMO, "course")
    body = {"title": "Uploads", "description": "", "org": "ProdX", "slug": "uploads"}
    assert browser.json("POST", "/api/libraries/v2/", json=body)["id"] == KEY
    files = {"file": ("course.tar.gz", packed.getvalue())}
    source = browser.json("POST", "/api/content_library/v1/import_sources/", data={"library": KEY}, files=files)
    body = {"source": source["key"], "target": KEY, "composition_level": "section"}
    started = browser.ask("POST", "/api/modulestore_migrator/v1/migrations/", json=body)
    url = f"/api/modulestore_migrator/v1/migrations/{started.json()['uuid']}/"
    ended = browser.watch(url, {"Succeeded", "Failed", "Canceled"}.__contains__)
    return {"state": ended["state"], "request_id": started.headers["X-Request-ID"]}


def test_its_containers_are_healthy_and_its_services_answer(site: ProductionSite, browser: Browser) -> None:
    for service in ("web", "worker", "beat"):
        site.check_health(service)
    wait_until(lambda: browser.json("GET", "/readyz")["status"] == "ready")
    bearer = {"Authorization": "Bearer token-of-prometheus", "Host": HOST}
    metrics = requests.get(f"{site.address}/metrics", headers=bearer, timeout=60).text
    for part in ("database", "broker", "search"):
        assert f'studio_up{{part="{part}"}} 1.0' in metrics


def test_it_insists_on_tls_and_serves_what_was_collected(browser: Browser) -> None:
    redirect = browser.ask("GET", "/", tls=False)
    assert (redirect.status_code, redirect.headers["Location"]) == (301, f"https://{HOST}/")
    assert browser.cookie_headers
    assert all("; Secure" in header for header in browser.cookie_headers)
    page = browser.ask("GET", "/libraries/")
    assert "max-age" in page.headers["Strict-Transport-Security"]
    style = browser.ask("GET", page.text.partition('rel="stylesheet" href="')[2].partition('"')[0])
    assert (style.status_code, "immutable" in style.headers["Cache-Control"]) == (200, True)


def test_an_upload_is_imported_and_its_files_are_in_the_store(
    site: ProductionSite, browser: Browser, imported: dict[str, Any], bucket: Any
) -> None:
    assert imported["state"] == "Succeeded"
    block = "lb:ProdX:uploads:html:write-once-teach-often"
    (file,) = browser.json("GET", f"/api/libraries/v2/blocks/{block}/assets/")["files"]
    assert file["url"].startswith(f"https://{HOST}/")
    assert browser.ask("GET", file["url"]).content == (DEMO / file["path"]).read_bytes()
    folders = {stored.key.partition("/")[0] for stored in bucket.objects.all()}
    assert folders == {"content", "media"}
    here = [path for path in (site.folder / "data").rglob("*") if path.is_file()]
    assert {path.name.partition(".")[0] for path in here} <= {"celerybeat-schedule"}


def test_what_is_written_is_found_when_the_answer_is_there(browser: Browser, imported: dict[str, Any]) -> None:
    found = browser.json("GET", f"/api/content_library/v1/search/?library={KEY}&q=teach")
    assert found["count"] > 0
    access = browser.json("GET", "/api/content_search/v2/studio/")
    assert access["index_name"] == "studio_content"


def test_a_backup_is_made_and_restored(browser: Browser, imported: dict[str, Any]) -> None:
    url = f"/api/libraries/v2/{KEY}/backup/"
    task = browser.json("POST", url, json={})["task_id"]
    made = browser.watch(f"{url}?task_id={task}", {"Succeeded", "Failed"}.__contains__)
    archive = browser.ask("GET", made["url"])
    with ZipFile(io.BytesIO(archive.content)) as packed:
        assert packed.testzip() is None
        assert "package.toml" in packed.namelist()
    url = "/api/libraries/v2/restore/"
    files = {"file": ("backup.zip", archive.content, "application/zip")}
    task = browser.json("POST", url, files=files)["task_id"]
    restored = browser.watch(f"{url}?task_id={task}", {"Succeeded", "Failed"}.__contains__)
    assert restored["state"] == "Succeeded", restored
    body = {"title": "Again", "description": "", "org": "ProdX", "slug": "again"}
    body["learning_package"] = restored["result"]["learning_package_id"]
    browser.json("POST", "/api/libraries/v2/", json=body)
    assert browser.json("GET", "/api/libraries/v2/lib:ProdX:again/")["num_blocks"] > 0


def test_without_redis_it_is_degraded_and_who_is_logged_in_can_go_on(
    tmp_path: Path, services: Services, site: ProductionSite, browser: Browser
) -> None:
    gone = f"redis://127.0.0.1:{free_port()}"
    degraded = ProductionSite(tmp_path, replace(services, redis_url=gone), name="gone", port=free_port())
    degraded.run("web", "python manage.py collectstatic --no-input")
    with degraded.running("web"):
        wait_until(lambda: answers(f"{degraded.address}/healthz"))
        there = Browser(degraded.address)
        there.cookies = dict(browser.cookies)
        assert there.json("GET", "/readyz")["status"] == "degraded"
        assert there.ask("GET", "/libraries/").status_code == 200
        body = {"title": "Meanwhile", "description": "", "org": "ProdX", "slug": "meanwhile"}
        assert there.json("POST", "/api/libraries/v2/", json=body)["id"] == "lib:ProdX:meanwhile"


def test_jobs_log_json_with_the_request_that_started_them(
    site: ProductionSite, processes: Mapping[str, subprocess.Popen[bytes]], imported: dict[str, Any]
) -> None:
    lines = _json_lines(site.log("worker"))
    ends = [line for line in lines if line["event"] == "task_succeeded"]
    assert imported["request_id"] in {line.get("request_id") for line in ends}
    assert all(process.poll() is None for process in processes.values())


def _forget(url: str, name: str) -> None:
    """Delete from Redis, which others use too, what has a name in its key."""
    connection = pytest.importorskip("redis").Redis.from_url(url)
    for key in connection.scan_iter(f"*{name}*"):
        connection.delete(key)


def _json_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a log after what a program says at its start."""
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]
