"""Stores that speak as S3 does: one that works, and one that is full."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_content.models_api import Media

from content_libraries import api
from content_libraries.backups.models import BackupJob
from content_libraries.backups.tasks import back_up
from content_libraries.jobs.api import JobState
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory
from tests.xblocks.client import BlockClient

from .disks import media_in
from .test_full_disk import NO_SPACE, PICTURE, bytes_of, download, put

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.services]

BACKEND = "storages.backends.s3.S3Storage"
BUCKET = "libraries"


class FullStore(BaseHTTPRequestHandler):
    """Has nothing, and takes nothing."""

    def do_HEAD(self) -> None:
        self.send_response(404)
        self.end_headers()

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        body = b"<Error><Code>XMinioStorageFull</Code><Message>Storage backend is full.</Message></Error>"
        self.send_response(507)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_DELETE(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Be silent."""


def options(url: str) -> dict[str, Any]:
    return {
        "bucket_name": BUCKET,
        "endpoint_url": url,
        "region_name": "us-east-1",
        "access_key": "key",
        "secret_key": "secret",
        "file_overwrite": False,
        "location": "content",
    }


@pytest.fixture
def bucket() -> Iterator[Any]:
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


@pytest.fixture
def full_store() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FullStore)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def lib(library: ContentLibrary, author: User, api_client: ClientFactory) -> BlockClient:
    lib = BlockClient(library, api_client(author))
    lib.create("html:h")
    return lib


def test_a_full_store_says_so(lib: BlockClient, full_store: str) -> None:
    with media_in(BACKEND, **options(full_store)):
        answer = put(lib)
    assert (answer.status_code, answer.json()) == (507, NO_SPACE)
    assert lib.get("html:h", "assets/")["files"] == []


def test_a_store_that_is_away_says_so(lib: BlockClient) -> None:
    with media_in(BACKEND, **options("http://127.0.0.1:1")):
        answer = put(lib)
    assert answer.status_code == 503


def test_a_file_is_under_its_own_name_though_the_store_replaces_none(
    lib: BlockClient, bucket: Any, staff: User
) -> None:
    with media_in(BACKEND, **options(bucket.meta.client.meta.endpoint_url)):
        put(lib)
        medium = Media.objects.get(has_file=True)
        bucket.Object(f"content/{medium.path}").put(Body=PICTURE[:100])
        assert download(lib).status_code == 500
        job = api.start_backup(lib.library.library_key, user=staff, origin="localhost")
        back_up.run(str(job.uuid))
        assert "it has 100 of 25,600 bytes" in BackupJob.objects.get().error
        assert put(lib).status_code == 200
        assert bytes_of(download(lib)) == PICTURE
        assert [entry.key for entry in bucket.objects.all()] == [f"content/{medium.path}"]
        again = api.retry_backup(job.uuid, user=staff)
        back_up.run(str(again.uuid))
        assert BackupJob.objects.get(uuid=again.uuid).state == JobState.SUCCEEDED
