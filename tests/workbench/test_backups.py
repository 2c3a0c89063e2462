"""Backing up a library on the pages of the workbench."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries.backups.models import BackupJob
from content_libraries.backups.tasks import back_up
from content_libraries.content import api as content
from content_libraries.libraries.models import ContentLibrary

from .conftest import HTMX, Browse, Cost

pytestmark = pytest.mark.django_db

PAGE = "/libraries/lib:CL-TEST:lib1/backups/"


def test_a_library_is_backed_up_and_the_archive_is_downloaded(
    library: ContentLibrary, staff: User, browse: Browse
) -> None:
    content.create_collection(library.library_key, user=staff, title="Mine")  # there is something to choose
    client = browse(staff)
    response: Any = client.post(PAGE, {"history": "on"})
    assert "every 1s" in client.get(response.url).content.decode()
    (uuid,) = re.findall(r"backups/([0-9a-f-]+)/", response.url)
    back_up.run(uuid)
    done = client.get(f"{response.url}progress/", headers=HTMX).content.decode()
    assert "every 1s" not in done
    assert "Download the archive" in done
    archive: Any = client.get(f"{response.url}file/")
    assert b"".join(archive.streaming_content).startswith(b"PK")
    assert BackupJob.objects.get().options["history"]
    assert uuid in client.get(PAGE).content.decode()


def test_a_choice_of_nothing_is_refused_with_the_input_kept(
    library: ContentLibrary, staff: User, browse: Browse
) -> None:
    content.create_collection(library.library_key, user=staff, title="Mine")
    response = browse(staff).post(PAGE, {"part": "chosen", "history": "on"})
    assert response.status_code == 400
    page = response.content.decode()
    assert "Choose at least one" in page
    assert re.search(r'name="history"[^>]*checked', page)


def test_only_authors_back_up(library: ContentLibrary, reader: User, browse: Browse) -> None:
    assert browse(reader).get(PAGE).status_code == 403
    assert browse(reader).post(PAGE, {}).status_code == 403


def test_the_page_costs_the_same_at_each_size(library: ContentLibrary, staff: User, browse: Browse, cost: Cost) -> None:
    client, counts = browse(staff), []
    for size in (2, 12):
        for number in range(size):
            content.create_collection(library.library_key, user=staff, title=f"C {size} {number}")
            client.post(PAGE, {})
        counts.append(cost(client, PAGE))
    assert counts[0] == counts[1]
