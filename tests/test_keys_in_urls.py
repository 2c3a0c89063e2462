"""Keys in URLs are parsed before a view runs. A text that is none is refused in the words of the view."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import Resolver404, resolve, reverse

from content_libraries import keys
from content_libraries.rest.converters import CONVERTERS

from .conftest import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db

NOT_FOUND = {"detail": "Not found."}


@pytest.mark.parametrize(
    ("url", "status", "body"),
    [
        ("/api/libraries/v2/nonsense/", 404, NOT_FOUND),
        ("/api/libraries/v2/blocks/nonsense/olx/", 404, NOT_FOUND),
        ("/api/libraries/v2/lib:CL-TEST:lib1/collections/a:b/", 404, NOT_FOUND),
        ("/api/content_tagging/v1/object_tags/nonsense/export/", 404, NOT_FOUND),
        ("/api/content_library/v1/courses/nonsense/structure/", 404, NOT_FOUND),
        (
            "/api/modulestore_migrator/v1/library/nonsense/migrations/courses/",
            400,
            {"detail": "Malformed library key: nonsense"},
        ),
        (
            "/api/contentstore/v2/downstreams/nonsense",
            400,
            {
                "developer_message": "“nonsense” is malformed: it is not the key of a block.",
                "error_code": "invalid_input",
            },
        ),
        (
            "/api/contentstore/v1/course_index/nonsense",
            400,
            {
                "developer_message": "“nonsense” is not the key of a course: it has to look like"
                " course-v1:ORG+COURSE+RUN.",
                "error_code": "invalid_input",
            },
        ),
    ],
)
def test_views_refuse_a_malformed_key_each_in_its_own_words(
    api_client: ClientFactory, make_user: UserFactory, url: str, status: int, body: dict[str, Any]
) -> None:
    answer = api_client(make_user("staff", is_staff=True)).get(url)
    assert (answer.status_code, answer.json()) == (status, body)
    assert api_client().get(url).status_code == 401  # nobody is told what a key looks like


def test_methods_are_refused_before_keys(api_client: ClientFactory, make_user: UserFactory) -> None:
    client = api_client(make_user("staff", is_staff=True))
    assert client.put("/api/libraries/v2/nonsense/").status_code == 405
    assert client.options("/api/libraries/v2/nonsense/").status_code == 200
    assert client.generic("INITIAL", "/api/libraries/v2/lib:CL-TEST:lib1/").status_code == 405


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("library-container", "lct:CL-TEST:lib1:unit:u1"),
        ("component-declared-fields", "lb:CL-TEST:lib1:html:h1"),
        ("course-xblock-embed", "block-v1:CL-TEST+C+R+type@html+block@h1"),
    ],
)
def test_what_is_no_exact_key_has_no_url(name: str, key: str) -> None:
    url = reverse(name, args=[key])
    assert resolve(url).url_name == name
    with pytest.raises(Resolver404):
        resolve(url.replace(key, "nonsense"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("library_key", "lib:CL-TEST:lib1"),
        ("component_key", "lb:CL-TEST:lib1:html:h1"),
        ("exact_container_key", "lct:CL-TEST:lib1:unit:u1"),
        ("collection_code", "my-col"),
        ("course_key", "course-v1:CL-TEST+C+R"),
        ("block_key", "block-v1:CL-TEST+C+R+type@html+block@h1"),
    ],
)
def test_converters_write_what_they_read(name: str, text: str) -> None:
    converter = CONVERTERS[name]()
    assert converter.to_url(converter.to_python(text)) == text


def test_the_branch_of_a_shown_block_makes_no_difference() -> None:
    converter = CONVERTERS["exact_block_key"]()
    found = converter.to_python("block-v1:CL-TEST+C+R+branch@draft-branch+type@html+block@h1")
    assert found == keys.block_key("block-v1:CL-TEST+C+R+type@html+block@h1")
