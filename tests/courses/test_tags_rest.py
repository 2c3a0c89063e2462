"""Tags of courses and of their blocks over HTTP (wire: tagging-objects)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_events.content_authoring.signals import CONTENT_OBJECT_ASSOCIATIONS_CHANGED
from openedx_tagging import api as tagging_api
from openedx_tagging.models import Taxonomy
from organizations.models import Organization

from content_libraries.tagging import api as tagging
from tests.conftest import ClientFactory, CommitRunner

from .building import COURSE_KEY, PROBLEM, TEXT, key

ROOT = "/api/content_tagging/v1/object_tags/"

pytestmark = pytest.mark.usefixtures("course")


@pytest.fixture(scope="module")
def shared_subjects(module_db: None) -> Taxonomy:
    taxonomy = tagging_api.create_taxonomy("Subjects", export_id="subjects")
    tagging.set_organizations(taxonomy, [Organization.objects.get_or_create(short_name="Org")[0]])
    for value in ("Maths", "Physics", "Arts"):
        tagging_api.add_tag_to_taxonomy(taxonomy, value)
    return taxonomy


@pytest.fixture
def subjects(shared_subjects: Taxonomy, db: None) -> Taxonomy:
    """For the organization of the course: Maths, Physics, Arts."""
    return Taxonomy.objects.get(pk=shared_subjects.pk)


def put(http: Any, usage_key: object, taxonomy: Taxonomy, *values: str) -> Any:
    body = {"tagsData": [{"taxonomy": taxonomy.pk, "tags": values}]}
    return http.put(f"{ROOT}{usage_key}/", body, format="json")


def shown(answer: Any, usage_key: object) -> dict[str, tuple[bool, bool]]:
    """Value -> whether it is a copy, and whether the caller may take it away."""
    assert answer.status_code == 200, answer.content
    taxonomies = answer.json()[str(usage_key)]["taxonomies"]
    return {
        tag["value"]: (tag["is_copied"], tag["can_delete_objecttag"]) for entry in taxonomies for tag in entry["tags"]
    }


@pytest.mark.parametrize("object_id", [str(TEXT), str(COURSE_KEY)], ids=["block", "course"])
def test_what_has_no_tags_says_so(api_client: ClientFactory, staff: User, object_id: str) -> None:
    assert api_client(staff).get(f"{ROOT}{object_id}/").json() == {object_id: {"taxonomies": []}}


def test_a_course_has_tags_of_its_own(api_client: ClientFactory, staff: User, subjects: Taxonomy) -> None:
    http = api_client(staff)
    put(http, COURSE_KEY, subjects, "Maths")
    assert shown(http.get(f"{ROOT}{COURSE_KEY}/"), COURSE_KEY) == {"Maths": (False, True)}
    assert shown(http.get(f"{ROOT}{key('course', 'course')}/"), key("course", "course")) == {}


def test_copied_tags_are_shown_locked_beside_local_ones(
    api_client: ClientFactory, staff: User, subjects: Taxonomy
) -> None:
    tagging_api.tag_object("lb:CL-TEST:lib1:html:h1", subjects, ["Maths"])
    tagging.copy_tags({str(TEXT): "lb:CL-TEST:lib1:html:h1"})
    http = api_client(staff)
    assert shown(http.get(f"{ROOT}{TEXT}/"), TEXT) == {"Maths": (True, False)}
    assert shown(put(http, TEXT, subjects, "Physics"), TEXT) == {"Maths": (True, False), "Physics": (False, True)}
    assert shown(put(http, TEXT, subjects, "Maths", "Arts"), TEXT) == {"Maths": (True, False), "Arts": (False, True)}
    assert shown(put(http, TEXT, subjects), TEXT) == {"Maths": (True, False)}
    assert shown(http.get(f"{ROOT}{PROBLEM}/"), PROBLEM) == {}


@pytest.mark.parametrize("tagged", [TEXT, COURSE_KEY], ids=["block", "course"])
@pytest.mark.parametrize(
    ("role", "sees", "gives"),
    [("course_staff", 200, 200), ("course_editor", 200, 200), ("course_auditor", 200, 403), ("", 403, 403)],
)
def test_the_role_in_the_course_decides(
    api_client: ClientFactory,
    make_course_member: Callable[..., User],
    stranger: User,
    subjects: Taxonomy,
    role: str,
    sees: int,
    gives: int,
    tagged: object,
) -> None:
    http = api_client(make_course_member(role) if role else stranger)
    assert put(http, tagged, subjects, "Maths").status_code == gives
    assert http.get(f"{ROOT}{tagged}/").status_code == sees
    if gives == 200:
        assert shown(http.get(f"{ROOT}{tagged}/"), tagged) == {"Maths": (False, True)}
    absent = key("html", "nowhere")
    for answer in (put(http, absent, subjects, "Maths"), http.get(f"{ROOT}{absent}/")):
        assert answer.status_code == (404 if sees == 200 else 403)


def test_nobody_has_to_log_in(api_client: ClientFactory, subjects: Taxonomy) -> None:
    assert api_client(None).get(f"{ROOT}{TEXT}/").status_code == 401
    assert put(api_client(None), TEXT, subjects, "Maths").status_code == 401


@pytest.mark.parametrize(
    "object_id",
    [
        "block-v1:Org+Course+Run",
        "block-v1:Org+Course+Run+branch@draft-branch+type@html+block@t",
        "block-v1:No+C+R+type@a+block@b",
        "course-v1:No+C+R",
        "course-v1:Org+Course",
        "course-v1:Org+Course+Run+branch@draft-branch",
    ],
)
def test_what_is_no_block_and_no_course_is_not_found(
    api_client: ClientFactory, staff: User, subjects: Taxonomy, object_id: str
) -> None:
    http = api_client(staff)
    assert http.get(f"{ROOT}{object_id}/").status_code == 404
    assert put(http, object_id, subjects, "Maths").status_code == 404


def test_taxonomies_of_other_organizations_are_refused(
    api_client: ClientFactory, staff: User, subjects: Taxonomy
) -> None:
    tagging.set_organizations(subjects, [Organization.objects.get_or_create(short_name="Elsewhere")[0]])
    answer = put(api_client(staff), TEXT, subjects, "Maths")
    assert (answer.status_code, "Org" in str(answer.json())) == (400, True)


def test_everybody_is_told_once(
    api_client: ClientFactory, staff: User, subjects: Taxonomy, run_on_commit: CommitRunner
) -> None:
    told: list[Any] = []

    def listen(content_object: Any, **_kwargs: Any) -> None:
        told.append((content_object.object_id, content_object.changes))

    CONTENT_OBJECT_ASSOCIATIONS_CHANGED.connect(listen)
    try:
        for _time in range(2):
            with run_on_commit():
                put(api_client(staff), TEXT, subjects, "Maths")
    finally:
        CONTENT_OBJECT_ASSOCIATIONS_CHANGED.disconnect(listen)
    assert told == [(str(TEXT), ["tags"])]
