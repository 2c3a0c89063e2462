"""
The calls of the existing authoring frontend, with the fields that it reads, on a site with the demo.

Each row of ``CALLS`` is one call, in the order of the frontend's screens. To add one, write what is sent and the shape
of what is read (``shapes.py``); in texts, ``{library}``, ``{course}``, ``{component}``, ``{unit}``, ``{section}`` and
``{collection}`` stand for keys of the demo. What a call changes is undone after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.test import Client, TestCase
from pytest_django import DjangoDbBlocker

from content_libraries import api

from .shapes import differences

pytestmark = pytest.mark.django_db

DATE = str
LIBRARY = {"id": "{library}", "org": "DemoX", "slug": "welcome", "title": str}
COMPONENT = {
    "id": str,
    "block_type": str,
    "display_name": str,
    "published_display_name": str,
    "last_published": DATE,
    "published_by": str,
    "last_draft_created": DATE | None,
    "last_draft_created_by": str | None,
    "has_unpublished_changes": False,
    "created": DATE,
    "created_by": str,
    "modified": DATE,
    "tags_count": int,
    "collections": list,
}
CONTAINER = {name: shape for name, shape in COMPONENT.items() if name != "block_type"} | {"container_type": str}
CLIPBOARD = {
    "content": {
        "id": int,
        "user_id": int,
        "created": DATE,
        "purpose": "clipboard",
        "status": "ready",
        "block_type": str,
        "block_type_display": str,
        "olx_url": str,
        "display_name": str,
    },
    "source_usage_key": str,
    "source_context_title": str,
    "source_edit_url": str,
}
COLLECTION = {
    "key": "{collection}",
    "title": "Reusable",
    "description": str,
    "enabled": True,
    "created": DATE,
    "modified": DATE,
}
HIERARCHY = {"object_key": str, "sections": list, "subsections": list, "units": list, "components": list}


@dataclass(frozen=True)
class Call:
    """
    One call.

    Args:
        screen: section of the frontend-calls contract.
        request: method and path.
        reads: shape of the answer.
        sends: JSON body.
        user: username of a demo user.
        answer: HTTP status.
    """

    screen: str
    request: str
    reads: Any
    sends: Any = None
    user: str = "staff"
    answer: int = 200

    def __str__(self) -> str:
        return f"{self.screen} {self.request}"


CALLS = [
    # The frame of every page.
    Call(
        "0.3",
        "GET /api/mfe_config/v1?mfe=authoring",
        {
            "STUDIO_BASE_URL": "http://testserver",
            "LMS_BASE_URL": "http://testserver",
            "LOGIN_URL": "http://testserver/login",
            "LOGOUT_URL": "http://testserver/logout",
            "REFRESH_ACCESS_TOKEN_ENDPOINT": "http://testserver/login_refresh",
            "CSRF_TOKEN_API_PATH": "/csrf/api/v1/token",
            "ACCESS_TOKEN_COOKIE_NAME": "edx-jwt-cookie-header-payload",
            "MEILISEARCH_ENABLED": True,
            "ENABLE_TAGGING_TAXONOMY_PAGES": "true",
            "ADMIN_CONSOLE_URL": "",
            "LIBRARY_UNSUPPORTED_BLOCKS": list,
        },
    ),
    Call("0.2", "POST /login_refresh", {"response_epoch_seconds": int}),
    Call("0.2", "GET /csrf/api/v1/token", {"csrfToken": str}),
    *(
        Call(
            "0.3",
            f"GET /api/contentstore/v1/course_waffle_flags{context}",
            {
                "enable_course_optimizer": bool,
                "enable_notifications": bool,
                "enable_course_optimizer_check_prev_run_links": bool,
                "use_new_video_uploads_page": bool,
                "use_new_pdf_editor": bool,
                "use_react_markdown_editor": bool,
                "use_video_gallery_flow": bool,
                "enable_authz_course_authoring": bool,
            },
        )
        for context in ("", "/{library}", "/course-v1:DemoX+Reuse101+2026")
    ),
    Call("0.3", "GET /api/notifications/count/", {"show_notifications_tray": False, "count": 0}),
    *(
        Call(
            "0.3",
            "POST /api/authz/v1/permissions/validate/me",
            [{"action": "content_libraries.publish_library_content", "scope": "{library}", "allowed": allowed}],
            sends=[{"action": "content_libraries.publish_library_content", "scope": "{library}"}],
            user=username,
        )
        for username, allowed in [
            ("library_admin", True),
            ("author", True),
            ("contributor", False),
            ("user", False),
            ("staff", True),
            ("outsider", False),
        ]
    ),
    # Home.
    Call(
        "1.1",
        "GET /api/contentstore/v1/home",
        {
            "libraries_v1_enabled": bool,
            "libraries_v2_enabled": True,
            "show_new_library_v2_button": True,
            "user_is_active": True,
            "course_creator_status": str,
            "allow_to_create_new_org": True,
            "allowed_organizations_for_libraries": ["DemoX"],
            "allowed_organizations": ["DemoX"],
            "can_create_organizations": True,
            "studio_name": str,
            "studio_short_name": str,
            "studio_request_email": str,
            "tech_support_email": str,
            "platform_name": str,
            "request_course_creator_url": str,
            "rerun_creator_status": bool,
            "allow_course_reruns": bool,
            "optimization_enabled": bool,
            "in_process_course_actions": [],
            "archived_courses": [],
            "courses": [],
            "libraries": [],
            "can_access_advanced_settings": bool,
        },
    ),
    Call(
        "1.1",
        "GET /api/contentstore/v1/home",
        {"libraries_v2_enabled": True, "show_new_library_v2_button": False, "allow_to_create_new_org": False},
        user="contributor",
    ),
    Call(
        "1.1",
        "GET /api/contentstore/v2/home/courses?page_size=500&order=display_name&search=reus&active_only=true",
        {
            "count": 1,
            "num_pages": 1,
            "next": None,
            "previous": None,
            "results": {
                "courses": [
                    {
                        "course_key": "{course}",
                        "display_name": str,
                        "org": "DemoX",
                        "number": str,
                        "run": "2026",
                        "url": str,
                        "lms_link": str,
                        "cms_link": str,
                        "rerun_link": str,
                    }
                ],
                "in_process_course_actions": [],
            },
        },
    ),
    Call(
        "1.1",
        "GET /api/contentstore/v2/home/courses?page=1",
        {"count": 0, "results": {"courses": []}},
        user="outsider",
    ),
    Call("1.1", "GET /api/contentstore/v1/help_urls", {"home": str, "default": str}),
    Call(
        "1.2",
        "GET /api/libraries/v2/?type=complex&page=1&page_size=50&pagination=true&order=title",
        {
            "next": None,
            "previous": None,
            "count": 1,
            "num_pages": 1,
            "current_page": 1,
            "start": 0,
            "results": [LIBRARY],
        },
        user="user",
    ),
    Call("1.2", "GET /api/libraries/v2/?pagination=false&order=title", [LIBRARY]),
    Call("1.3", "GET /organizations", ["DemoX"]),
    Call(
        "1.3",
        "POST /api/libraries/v2/",
        {"id": "lib:DemoX:fresh", "org": "DemoX", "slug": "fresh", "title": "Fresh"},
        sends={"description": "", "title": "Fresh", "org": "DemoX", "slug": "fresh"},
    ),
    Call(
        "1.3",
        "POST /api/libraries/v2/",
        {"slug": list | str},
        sends={"description": "", "title": "Again", "org": "DemoX", "slug": "welcome"},
        answer=400,
    ),
    # A library.
    Call(
        "2",
        "GET /api/libraries/v2/{library}/",
        LIBRARY
        | {
            "description": str,
            "num_blocks": 71,
            "last_published": DATE,
            "published_by": "admin",
            "last_draft_created": DATE | None,
            "last_draft_created_by": str,
            "allow_public_learning": False,
            "allow_public_read": False,
            "has_unpublished_changes": False,
            "has_unpublished_deletes": False,
            "can_edit_library": True,
            "license": str,
            "created": DATE,
            "updated": DATE,
        },
        user="contributor",
    ),
    Call("2", "GET /api/libraries/v2/{library}/", {"can_edit_library": False}, user="user"),
    Call("2", "GET /api/libraries/v2/{library}/", {"detail": str}, user="outsider", answer=403),
    Call("2", "GET /api/content-staging/v1/clipboard/", {"content": None}),
    Call("2.2", "PATCH /api/libraries/v2/{library}/", {"title": "Renamed"}, sends={"title": "Renamed"}),
    Call(
        "2.3", "GET /api/libraries/v2/{library}/team/", [{"username": "admin", "email": str, "access_level": "admin"}]
    ),
    Call(
        "2.3",
        "POST /api/libraries/v2/{library}/team/",
        {"username": "outsider", "email": "outsider@example.com", "access_level": "read"},
        sends={"library_id": "{library}", "email": "outsider@example.com", "access_level": "read"},
    ),
    Call("2.4", "GET /api/libraries/v2/{library}/block_types/", [{"block_type": str, "display_name": str}]),
    Call(
        "2.4",
        "POST /api/libraries/v2/{library}/blocks/",
        {"id": "lb:DemoX:welcome:html:9b7ad5d8-6e6f-4c44-8f0c-2f7a6f1d6a33"},
        sends={"block_type": "html", "definition_id": "9b7ad5d8-6e6f-4c44-8f0c-2f7a6f1d6a33"},
    ),
    Call(
        "2.4",
        "POST /api/libraries/v2/{library}/containers/",
        {"id": str, "container_type": "unit", "display_name": "New unit"},
        sends={"can_stand_alone": True, "container_type": "unit", "display_name": "New unit"},
    ),
    Call("2.5", "POST /api/content-staging/v1/clipboard/", CLIPBOARD, sends={"usage_key": "{component}"}),
    Call("2.5", "POST /api/libraries/v2/containers/{unit}/copy/", {}),
    # A component.
    Call("3", "GET /api/libraries/v2/blocks/{component}/", COMPONENT),
    Call("3", "GET /api/libraries/v2/blocks/{component}/hierarchy/", HIERARCHY),
    Call("3", "GET /api/libraries/v2/blocks/{component}/assets/", {"files": list}),
    Call("3", "GET /api/content_tagging/v1/object_tags/{component}/", {"{component}": {"taxonomies": list}}),
    Call(
        "3",
        "GET /api/content_tagging/v1/taxonomies/?enabled=true&org=DemoX",
        {"results": list, "can_add_taxonomy": bool},
    ),
    Call("4.1", "GET /video_features/", {"allowThumbnailUpload": bool, "videoSharingEnabled": bool}),
    Call(
        "4.4",
        "POST /api/contentstore/v2/validate/numerical-input/",
        {"is_valid": True, "preview": str, "error": ""},
        sends={"formula": "2*x^2"},
    ),
    # Containers and collections.
    Call("5", "GET /api/libraries/v2/containers/{unit}/", CONTAINER),
    Call("5", "GET /api/libraries/v2/containers/{unit}/children/?published=false", [COMPONENT]),
    Call("5", "GET /api/libraries/v2/containers/{section}/children/?published=true", [CONTAINER]),
    Call("5", "GET /api/libraries/v2/containers/{unit}/hierarchy/", HIERARCHY),
    Call("6", "GET /api/libraries/v2/{library}/collections/{collection}/", COLLECTION),
    # Courses.
    Call(
        "8.1",
        "GET /api/courses/v1/courses/{course}?username=staff",
        {"course_id": "{course}", "name": str, "number": str, "org": "DemoX", "start": DATE},
    ),
    Call("8.1", "GET /api/courses/v1/courses/course-v1:No+Such+Course", {"detail": str}, answer=404),
    Call("9", "GET /api/contentstore/v1/course_details/{course}", {"title": str, "course_id": "{course}"}),
    Call("9", "GET /api/contentstore/v1/course_details/{course}", {"detail": str}, user="outsider", answer=403),
    Call("9", "GET /api/contentstore/v1/course_settings/{course}", {"course_display_name": str}),
    # History.
    Call(
        "7",
        "GET /api/libraries/v2/blocks/{component}/publish_history/",
        [
            {
                "publish_log_uuid": str,
                "published_by": "admin",
                "published_at": DATE,
                "contributors": list,
                "direct_published_entities": [{"entity_key": str, "entity_type": str, "title": str}],
                "scope_entity_key": str | None,
            }
        ],
    ),
    Call(
        "7",
        "GET /api/libraries/v2/blocks/{component}/creation_entry/",
        {
            "contributor": {"username": "admin", "profile_image_urls": {"full": str, "large": str, "medium": str}},
            "changed_at": DATE,
            "title": str,
            "item_type": str,
            "action": "created",
            "old_version": int,
            "new_version": int,
        },
    ),
]


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The site as ``make run`` prepares it, with a collection; undone at the end of this file."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr("django.conf.settings.DATA_DIR", tmp_path_factory.mktemp("site"))
        with TestCase.captureOnCommitCallbacks(execute=True):
            call_command("prepare_studio")
        yield keys_of_demo()
        transaction.set_rollback(True)


def keys_of_demo() -> dict[str, str]:
    admin = User.objects.get(username="admin")
    library_key = api.library_key("lib:DemoX:welcome")
    collection = api.create_collection(library_key, user=admin, title="Reusable", description="")
    found: dict[str, str] = {}
    for hit in api.search(admin, q="", limit=100).hits:
        found.setdefault(str(hit.get("block_type")), str(hit["usage_key"]))
    return {
        "library": str(library_key),
        "course": "course-v1:DemoX+Reuse101+2026",
        "component": found["html"],
        "unit": found["unit"],
        "section": found["section"],
        "collection": collection.code,
    }


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_call(call: Call, demo: dict[str, str]) -> None:
    client = Client(headers={"USE-JWT-COOKIE": "true"})
    client.force_login(User.objects.get(username=call.user))
    method, path = filled_in(call.request, demo).split(" ", 1)
    body = {} if call.sends is None else {"data": filled_in(call.sends, demo), "content_type": "application/json"}
    response = getattr(client, method.lower())(path, **body)
    assert response.status_code == call.answer, response.content
    assert differences(response.json(), filled_in(call.reads, demo)) == []


def filled_in(value: Any, keys: dict[str, str]) -> Any:
    """The same with the keys of the demo in place of their names."""
    match value:
        case str():
            for name, key in keys.items():
                value = value.replace("{" + name + "}", key)
            return value
        case dict():
            return {filled_in(name, keys): filled_in(item, keys) for name, item in value.items()}
        case list():
            return [filled_in(item, keys) for item in value]
        case _:
            return value
