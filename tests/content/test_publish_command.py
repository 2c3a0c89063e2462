"""The ``publish_library`` command, and what all commands do: names of operators, long lists."""

from __future__ import annotations

import json
import logging
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from openedx_content.models_api import PublishLog

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import ContentLibrary
from content_libraries.management.base import MOST_LINES

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(library: ContentLibrary, author: User) -> list[str]:
    """Keys of a new, a changed and a deleted text; a fourth one is as it was published."""
    keys = [
        str(api.create_component(library.library_key, user=author, block_type="html", component_code=code).key)
        for code in ("changed", "deleted", "same")
    ]
    api.publish_all(library.library_key, user=author)
    api.set_olx(api.component_key(keys[0]), user=author, olx='<html display_name="Better">b</html>')
    api.delete_item(api.component_key(keys[1]), user=author)
    new = api.create_component(library.library_key, user=author, block_type="html", component_code="new")
    return [str(new.key), *keys[:2]]


def publish(*arguments: str) -> str:
    out = StringIO()
    call_command("publish_library", *arguments, stdout=out)
    return out.getvalue()


def changes(library: ContentLibrary) -> list[str]:
    return [str(change.key) for change in api.unpublished_changes(library.library_key, user=OPERATOR)]


def test_a_dry_run_says_what_a_publish_does_and_writes_nothing(library: ContentLibrary, written: list[str]) -> None:
    before = changes(library)
    planned = json.loads(publish(str(library.library_key), "--dry-run", "--json"))
    assert changes(library) == before

    done = json.loads(publish(str(library.library_key), "--json"))

    assert {item["key"]: item["action"] for item in planned["items"]} == dict(
        zip(written, ("create", "update", "delete"), strict=True)
    )
    assert sorted(done["items"], key=str) == sorted(planned["items"], key=str)
    assert (planned["dry_run"], done["dry_run"]) == (True, False)
    assert changes(library) == []


@pytest.mark.usefixtures("written")
def test_people_read_it_line_by_line(library: ContentLibrary) -> None:
    said = publish(str(library.library_key), "--dry-run").splitlines()

    assert f"changed: “Better” (lb:CL-TEST:{library.slug}:html:changed)" in said
    assert said[-2:] == [
        f"{library.library_key}: 1 created, 1 updated, 1 deleted.",
        "Nothing was written: this was a dry run.",
    ]
    publish(str(library.library_key))
    assert publish(str(library.library_key)) == f"Nothing is to be published in {library.library_key}.\n"


@pytest.mark.usefixtures("written")
def test_the_operator_is_named_in_the_publish_log_and_in_the_log_of_the_site(
    library: ContentLibrary, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LOGNAME", "grace")
    with caplog.at_level(logging.INFO, logger="content_libraries.management"):
        publish(str(library.library_key))

    assert PublishLog.objects.latest("pk").message == "Published in a terminal by “grace”."
    assert "grace runs publish_library as the operator of the site." in caplog.text


@pytest.mark.usefixtures("written")
def test_a_named_user_needs_the_permission_to_publish(library: ContentLibrary, contributor: User) -> None:
    with pytest.raises(CommandError, match="publish"):
        publish(str(library.library_key), "--user", contributor.username)
    assert changes(library)


def test_a_long_list_is_cut_with_a_count(library: ContentLibrary, author: User) -> None:
    for number in range(MOST_LINES + 2):
        api.create_component(library.library_key, user=author, block_type="html", component_code=f"h{number}")

    said = publish(str(library.library_key), "--dry-run").splitlines()

    assert len(said) == MOST_LINES + 3
    assert said[MOST_LINES] == "… and 2 more; --json lists them."
    assert publish(str(library.library_key)).splitlines()[MOST_LINES] == "… and 2 more."  # no other run would list them


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("nonsense", "it has to look like lib:ORG:SLUG"),
        ("lib:CL-TEST:nowhere", "There is no library “lib:CL-TEST:nowhere”"),
    ],
)
def test_a_wrong_key_is_named_with_the_form_that_is_expected(name: str, refusal: str) -> None:
    with pytest.raises(CommandError, match=refusal):
        publish(name)
