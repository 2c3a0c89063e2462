"""The page of a library: its sidebar, its team, new content, menus of cards (2 to 2.5)."""

from __future__ import annotations

from .call import Call, Case
from .objects import CLIPBOARD, COLLECTION, COMPONENT, CONTAINER, LIBRARY_DETAILS

LIBRARY = "/api/libraries/v2/{library}/"
BLOCK = "/api/libraries/v2/blocks/{text}/"
UNIT = "/api/libraries/v2/containers/{unit}/"
SHELF = LIBRARY + "collections/{collection}/"
DOWNSTREAMS = "/api/contentstore/v2/downstreams/"
DEFINITION = "9b7ad5d8-6e6f-4c44-8f0c-2f7a6f1d6a33"

EDIT = Call("POST /api/xblock/v2/xblocks/{text}/fields/", sends={"metadata": {"display_name": "Another title"}})
COPY = Call("POST /api/content-staging/v1/clipboard/", CLIPBOARD, {"usage_key": "{text}"})
MEMBER = {"username": "outsider", "email": "outsider@example.com"}
ADD_MEMBER = Call(
    f"POST {LIBRARY}team/",
    {**MEMBER, "access_level": "read"},
    {"library_id": "{library}", "email": "outsider@example.com", "access_level": "read"},
)


def _new_container(container_type: str) -> Case:
    return Case(
        f"a new {container_type}",
        Call(
            f"POST {LIBRARY}containers/",
            CONTAINER | {"container_type": container_type, "display_name": "New", "last_published": None},
            {"can_stand_alone": True, "container_type": container_type, "display_name": "New"},
        ),
    )


CASES = (
    Case("library", Call(f"GET {LIBRARY}", LIBRARY_DETAILS, user="contributor")),
    Case("library of a reader", Call(f"GET {LIBRARY}", {"can_edit_library": False}, user="user")),
    Case("library of an outsider", Call(f"GET {LIBRARY}", {"detail": str}, user="outsider", answer=403)),
    Case(
        "what imports left out",
        Call(
            "GET /api/modulestore_migrator/v1/migration_blocks/?target_key={library}&is_failed=true",
            [{"source_key": str, "target_key": None, "unsupported_reason": str}],
        ),
    ),
    Case(
        "what imports left out of a collection",
        Call(
            "GET /api/modulestore_migrator/v1/migration_blocks/?target_key={library}&is_failed=true"
            "&target_collection_key={collection}",
            [],
        ),
    ),
    Case("empty clipboard", Call("GET /api/content-staging/v1/clipboard/", {"content": None})),
    Case("clipboard", Call("GET /api/content-staging/v1/clipboard/", CLIPBOARD | {"source_edit_url": ""}), (COPY,)),
    Case(
        "clipboard with a block of a course",
        Call(
            "GET /api/content-staging/v1/clipboard/",
            CLIPBOARD
            | {
                "source_usage_key": "{course_text}",
                "source_edit_url": "/course/{course}/container/{course_unit}",
            },
        ),
        (Call("POST /api/content-staging/v1/clipboard/", CLIPBOARD, {"usage_key": "{course_text}"}),),
    ),
    # The sidebar.
    Case("rename the library", Call(f"PATCH {LIBRARY}", {"id": "{library}", "title": "Renamed"}, {"title": "Renamed"})),
    Case("rename it without the right", Call(f"PATCH {LIBRARY}", object, {"title": "X"}, user="user", answer=403)),
    Case("publish all", Call(f"POST {LIBRARY}commit/"), (EDIT,)),
    Case(
        "status after a publish",
        Call(f"GET {LIBRARY}", {"has_unpublished_changes": False, "published_by": "staff"}),
        (EDIT, Call(f"POST {LIBRARY}commit/")),
    ),
    Case("discard changes", Call(f"DELETE {LIBRARY}commit/"), (EDIT,)),
    Case(
        "public read",
        Call(f"PATCH {LIBRARY}", {"allow_public_read": True}, {"allow_public_read": True}, user="library_admin"),
    ),
    Case("backup", Call(f"POST {LIBRARY}backup/", sends={}, answer=404)),
    # The team.
    Case(
        "team",
        Call(
            f"GET {LIBRARY}team/",
            lambda team: (
                {"username": "admin", "email": "admin@example.com", "access_level": "admin"}.items() <= team[0].items()
            ),
        ),
    ),
    Case("a new member", ADD_MEMBER),
    Case(
        "an address that nobody has",
        Call(
            f"POST {LIBRARY}team/",
            {"email": list | str},
            {"library_id": "{library}", "email": "nobody@example.com", "access_level": "read"},
            answer=400,
        ),
    ),
    Case(
        "another role",
        Call(
            f"PUT {LIBRARY}team/user/outsider/",
            {**MEMBER, "access_level": "author"},
            {"library_id": "{library}", "username": "outsider", "access_level": "author"},
        ),
        (ADD_MEMBER,),
    ),
    Case("a member less", Call(f"DELETE {LIBRARY}team/user/outsider/"), (ADD_MEMBER,)),
    # New content.
    Case("block types", Call(f"GET {LIBRARY}block_types/", [{"block_type": str, "display_name": str}])),
    Case(
        "a new block",
        Call(
            f"POST {LIBRARY}blocks/",
            COMPONENT | {"id": f"lb:DemoX:welcome:poll_question:{DEFINITION}", "block_type": "poll_question"},
            {"block_type": "poll_question", "definition_id": DEFINITION},
        ),
    ),
    Case(
        "a block of no type",
        Call(
            f"POST {LIBRARY}blocks/",
            list | dict | str,
            {"block_type": "no such", "definition_id": DEFINITION},
            answer=400,
        ),
    ),
    Case(
        "a new collection",
        Call(
            f"POST {LIBRARY}collections/",
            COLLECTION | {"key": "fresh", "title": "Fresh", "description": "New"},
            {"title": "Fresh", "description": "New"},
        ),
    ),
    _new_container("section"),
    _new_container("subsection"),
    _new_container("unit"),
    Case("paste", Call(f"POST {LIBRARY}paste_clipboard/", COMPONENT, {}), (COPY,)),
    Case("paste nothing", Call(f"POST {LIBRARY}paste_clipboard/", list | dict | str, {}, answer=400)),
    Case(
        "put it into the open collection",
        Call(f"PATCH {SHELF}items/", {"count": 1}, {"usage_keys": ["{video}"]}),
    ),
    Case(
        "put it into the open container",
        Call(f"POST {UNIT}children/?published=false", sends={"usage_keys": ["{problem}"]}),
    ),
    # Menus of cards.
    Case("copy a component", COPY),
    Case("copy a container", Call(f"POST {UNIT}copy/", {}, {})),
    Case(
        "clipboard with a container",
        Call("GET /api/content-staging/v1/clipboard/", CLIPBOARD | {"source_usage_key": "{unit}"}),
        (Call(f"POST {UNIT}copy/", {}, {}),),
    ),
    Case(
        "courses that use a component",
        Call(f"GET {DOWNSTREAMS}?upstream_key={{text}}&item_type=components&no_page=true", list),
    ),
    Case(
        "courses that use a container",
        Call(f"GET {DOWNSTREAMS}?upstream_key={{unit}}&item_type=containers&no_page=true", list),
    ),
    Case("delete a component", Call(f"DELETE {BLOCK}")),
    Case("undo that", Call(f"POST {BLOCK}restore/", answer=204), (Call(f"DELETE {BLOCK}"),)),
    Case("delete a container", Call(f"DELETE {UNIT}", answer=204)),
    Case("undo that too", Call(f"POST {UNIT}restore/", answer=204), (Call(f"DELETE {UNIT}", answer=204),)),
    Case("delete a collection", Call(f"DELETE {SHELF}", answer=204)),
    Case("undo that as well", Call(f"POST {SHELF}restore/", answer=204), (Call(f"DELETE {SHELF}", answer=204),)),
)
