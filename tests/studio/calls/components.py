"""The sidebar of a component, and its history (3 to 3.2, 7)."""

from __future__ import annotations

from .call import Call, Case, Form, has
from .library import EDIT
from .objects import COMPONENT, DOWNSTREAM, HIERARCHY, HISTORY_ENTRY, OBJECT_TAGS, PUBLISH_GROUP

BLOCK = "/api/libraries/v2/blocks/{text}/"
XBLOCK = "/api/xblock/v2/xblocks/{text}"
EMBED = "/xblocks/v2/{text}/embed/student_view/"
TAGGING = "/api/content_tagging/v1/"
PAGE = has("<!DOCTYPE html>")
PNG = bytes.fromhex("89504e470d0a1a0a")
FIELDS = {"display_name": str, "data": str, "metadata": {"display_name": str}}

TAGS = f"{TAGGING}taxonomies/{{taxonomy}}/tags/"
TAG = {
    "value": str,
    "external_id": str | None,
    "child_count": int,
    "depth": int,
    "parent_value": str | None,
    "sub_tags_url": str | None,
    "_id": int,
    "can_change_tag": bool,
    "can_delete_tag": bool,
}

UPLOAD = Call(
    f"PUT {BLOCK}assets/static/picture.png",
    {"path": "static/picture.png", "url": str, "size": len(PNG)},
    Form("content", "picture.png", PNG),
)
PUBLISH_HISTORY = Call(f"GET {BLOCK}publish_history/", [PUBLISH_GROUP], keeps={"publish_log": "0.publish_log_uuid"})

CASES = (
    Case("fields of the draft", Call(f"GET {XBLOCK}@draft/fields/", FIELDS)),
    Case("published fields", Call(f"GET {XBLOCK}@published/fields/", FIELDS)),
    Case("component", Call(f"GET {BLOCK}", COMPONENT | {"collections": [{"key": "{collection}", "title": str}]})),
    Case("preview", Call(f"GET {EMBED}", PAGE)),
    Case("preview with its title", Call(f"GET {EMBED}?version=published&show_title=true", PAGE)),
    Case("preview of an old version", Call(f"GET {EMBED}?version=1", PAGE)),
    Case("tags", Call(f"GET {TAGGING}object_tags/{{text}}/", {"{text}": OBJECT_TAGS})),
    Case(
        "taxonomies",
        Call(
            f"GET {TAGGING}taxonomies/?enabled=true&org=DemoX",
            {
                "count": int,
                "can_add_taxonomy": bool,
                "results": [
                    {
                        "id": int,
                        "name": str,
                        "export_id": str,
                        "enabled": True,
                        "allow_multiple": bool,
                        "allow_free_text": bool,
                        "read_only": bool,
                        "visible_to_authors": bool,
                        "can_tag_object": bool,
                        "can_change_taxonomy": bool,
                        "can_delete_taxonomy": bool,
                        "tags_count": int,
                        "orgs": list,
                        "all_orgs": bool,
                        "description": str,
                    }
                ],
            },
        ),
    ),
    Case("hierarchy", Call(f"GET {BLOCK}hierarchy/", HIERARCHY)),
    Case(
        "courses that use it",
        Call(
            "GET /api/contentstore/v2/downstreams/?upstream_key={linked_text}&item_type=components&no_page=true",
            [DOWNSTREAM | {"upstream_type": "component"}],
        ),
    ),
    Case("olx", Call(f"GET {XBLOCK}@draft/olx/", {"olx": str})),
    Case("files", Call(f"GET {BLOCK}assets/", {"files": [{"path": str, "size": int, "url": has("http")}]}), (UPLOAD,)),
    # Actions.
    Case("publish", Call(f"POST {BLOCK}publish/"), (EDIT,)),
    Case(
        "rename",
        Call(
            f"POST {XBLOCK}/fields/",
            {"id": "{text}", "display_name": "Another title"},
            {"metadata": {"display_name": "Another title"}},
        ),
    ),
    Case(
        "save olx",
        Call(
            f"POST {BLOCK}olx/",
            {"olx": '<html display_name="T"><![CDATA[<p>x</p>]]></html>'},
            {"olx": '<html display_name="T"><![CDATA[<p>x</p>]]></html>'},
        ),
    ),
    Case("upload a file", UPLOAD),
    Case("delete a file", Call(f"DELETE {BLOCK}assets/static%2Fpicture.png", answer=204), (UPLOAD,)),
    # Collections and tags.
    Case(
        "collections of a component",
        Call(f"PATCH {BLOCK}collections/", {"count": 1}, {"collection_keys": ["{collection}"]}),
    ),
    Case("no collections", Call(f"PATCH {BLOCK}collections/", {"count": 0}, {"collection_keys": []})),
    Case(
        "collections of a container",
        Call(
            "PATCH /api/libraries/v2/containers/{unit}/collections/",
            {"count": 1},
            {"collection_keys": ["{collection}"]},
        ),
    ),
    Case("tags to choose from", Call(f"GET {TAGS}?full_depth_threshold=1000", {"count": int, "results": [TAG]})),
    Case(
        "tags with a text, page by page",
        Call(f"GET {TAGS}?full_depth_threshold=1000&search_term=Reu&page=1", {"results": [TAG | {"value": "Reuse"}]}),
    ),
    Case(
        "tags below a tag",
        Call(
            f"GET {TAGS}?full_depth_threshold=1000&parent_tag=Reuse",
            {"results": [TAG | {"value": "Often", "parent_value": "Reuse"}]},
        ),
        (Call(f"POST {TAGS}", sends={"tag": "Often", "parent_tag_value": "Reuse"}, answer=201),),
    ),
    Case(
        "save tags",
        Call(
            f"PUT {TAGGING}object_tags/{{video}}/",
            {"{video}": OBJECT_TAGS},
            {"tagsData": [{"taxonomy": "{taxonomy}", "tags": ["Reuse"]}]},
        ),
    ),
    Case("counts of tags", Call(f"GET {TAGGING}object_tag_counts/{{text}}/?count_implicit", {"{text}": 1})),
    # History.
    Case(
        "changes since the last publish",
        Call(f"GET {BLOCK}draft_history/", [HISTORY_ENTRY | {"action": "renamed"}]),
        (EDIT,),
    ),
    Case("publishes", PUBLISH_HISTORY),
    Case("creation", Call(f"GET {BLOCK}creation_entry/", HISTORY_ENTRY | {"action": "created"})),
    Case(
        "changes in a publish",
        Call(
            "GET /api/libraries/v2/{library}/publish_history_entries/?scope_entity_key={text}"
            "&publish_log_uuid={publish_log}",
            [HISTORY_ENTRY],
        ),
        (PUBLISH_HISTORY,),
    ),
)
