"""Start-up and the frame of every page, and the home (0.2, 0.3, 1.1 to 1.3)."""

from __future__ import annotations

from .call import Call, Case, Form, Names
from .objects import LIBRARY

HOME = "GET /api/contentstore/v1/home"
VALIDATE = "POST /api/authz/v1/permissions/validate/me"
PUBLISH = "content_libraries.publish_library_content"

_FLAGS = {
    "enable_course_optimizer": bool,
    "enable_notifications": bool,
    "enable_course_optimizer_check_prev_run_links": bool,
    "use_new_video_uploads_page": bool,
    "use_new_pdf_editor": bool,
    "use_react_markdown_editor": bool,
    "use_video_gallery_flow": bool,
    "enable_authz_course_authoring": bool,
}


def _may_publish(username: str, *, allowed: bool) -> Case:
    asked: Names = {"action": PUBLISH, "scope": "{library}"}
    return Case(f"{username} may publish", Call(VALIDATE, [{**asked, "allowed": allowed}], [asked], user=username))


CASES = (
    Case(
        "configuration",
        Call(
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
    ),
    Case("refresh of the token", Call("POST /login_refresh", {"response_epoch_seconds": int})),
    Case("csrf token", Call("GET /csrf/api/v1/token", {"csrfToken": str})),
    Case("flags", Call("GET /api/contentstore/v1/course_waffle_flags", _FLAGS)),
    Case("flags of a library", Call("GET /api/contentstore/v1/course_waffle_flags/{library}", _FLAGS)),
    Case("flags of a course", Call("GET /api/contentstore/v1/course_waffle_flags/{course}", _FLAGS)),
    Case("notifications", Call("GET /api/notifications/count/", {"show_notifications_tray": False, "count": 0})),
    _may_publish("library_admin", allowed=True),
    _may_publish("author", allowed=True),
    _may_publish("contributor", allowed=False),
    _may_publish("user", allowed=False),
    _may_publish("staff", allowed=True),
    _may_publish("outsider", allowed=False),
    Case(
        "several actions at once, each echoed",
        Call(
            VALIDATE,
            lambda answer: (
                answer
                == [
                    {"action": PUBLISH, "scope": "lib:DemoX:welcome", "allowed": True},
                    {
                        "action": "content_libraries.manage_library_team",
                        "scope": "lib:DemoX:welcome",
                        "allowed": False,
                    },
                ]
            ),
            [
                {"action": PUBLISH, "scope": "{library}"},
                {"action": "content_libraries.manage_library_team", "scope": "{library}"},
            ],
            user="author",
        ),
    ),
    Case(
        "an action without a scope",
        Call(
            VALIDATE,
            lambda answer: [item.keys() for item in answer] == [{"action", "allowed"}] and answer[0]["allowed"] is True,
            [{"action": "content_libraries.view_library"}],
        ),
    ),
    Case(
        "an action in a course",
        Call(
            VALIDATE,
            [{"action": "courses.manage_library_updates", "scope": "{course}", "allowed": True}],
            [{"action": "courses.manage_library_updates", "scope": "{course}"}],
        ),
    ),
    Case(
        "home of staff",
        Call(
            HOME,
            {
                "libraries_v1_enabled": bool,
                "libraries_v2_enabled": True,
                "show_new_library_v2_button": True,
                "user_is_active": True,
                "course_creator_status": str,
                "allow_to_create_new_org": True,
                "allowed_organizations_for_libraries": lambda names: "DemoX" in names,
                "allowed_organizations": lambda names: "DemoX" in names,
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
    ),
    Case(
        "home of a contributor",
        Call(
            HOME,
            {"libraries_v2_enabled": True, "show_new_library_v2_button": False, "allow_to_create_new_org": False},
            user="contributor",
        ),
    ),
    Case(
        "courses",
        Call(
            "GET /api/contentstore/v2/home/courses?page_size=500&order=display_name&search=reus&active_only=true"
            "&is_filtered=true&clean_filters=false&current_page=1",
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
    ),
    Case(
        "courses of somebody without any",
        Call("GET /api/contentstore/v2/home/courses?page=1", {"count": 0, "results": {"courses": []}}, user="outsider"),
    ),
    Case("help", Call("GET /api/contentstore/v1/help_urls", {"home": str, "default": str})),
    Case(
        "libraries, page by page",
        Call(
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
    ),
    Case(
        "libraries that a text is in",
        Call(
            "GET /api/libraries/v2/?page=1&page_size=5&pagination=true&text_search=welc&order=-updated",
            {"results": [LIBRARY]},
        ),
    ),
    Case(
        "libraries as a bare list",
        Call("GET /api/libraries/v2/?pagination=false&order=title", [LIBRARY], user="user"),
    ),
    Case("organizations", Call("GET /organizations", lambda names: "DemoX" in names)),
    Case(
        "a new library",
        Call(
            "POST /api/libraries/v2/",
            LIBRARY | {"id": "lib:DemoX:fresh", "slug": "fresh", "title": "Fresh"},
            {"description": "", "title": "Fresh", "org": "DemoX", "slug": "fresh"},
        ),
    ),
    Case("restore", Call("POST /api/libraries/v2/restore/", sends=Form("file", "l.zip", b"PK"), answer=405)),
    Case(
        "a library that is there already",
        Call(
            "POST /api/libraries/v2/",
            {"slug": list | str},
            {"description": "", "title": "Again", "org": "DemoX", "slug": "welcome"},
            answer=400,
        ),
    ),
)
