"""Pages of containers and of collections (5, 6, 7)."""

from __future__ import annotations

from .call import Call, Case
from .objects import COLLECTION, COMPONENT, CONTAINER, HIERARCHY, HISTORY_ENTRY, OBJECT_TAGS, PUBLISH_GROUP

UNIT = "/api/libraries/v2/containers/{unit}/"
SECTION = "/api/libraries/v2/containers/{section}/"
SHELF = "/api/libraries/v2/{library}/collections/{collection}/"
TAGS = "/api/content_tagging/v1/object_tags/"
RENAME = Call(f"PATCH {UNIT}", CONTAINER | {"display_name": "Another title"}, {"display_name": "Another title"})
CHILDREN = Call(f"GET {UNIT}children/?published=false", [COMPONENT], keeps={"first": "0.id", "second": "1.id"})
PUBLISHES = Call(
    f"GET {UNIT}publish_history/",
    [PUBLISH_GROUP],
    keeps={"publish_log": "0.publish_log_uuid"},
)
ADD = Call(f"POST {UNIT}children/?published=false", sends={"usage_keys": ["{problem}"]})

CASES = (
    Case(
        "unit", Call(f"GET {UNIT}", CONTAINER | {"container_type": "unit", "collections": [{"key": str, "title": str}]})
    ),
    Case("components of a unit", CHILDREN),
    Case("published children", Call(f"GET {SECTION}children/?published=true", [CONTAINER])),
    Case("add a component", ADD),
    Case(
        "add nothing",
        Call(f"POST {UNIT}children/?published=false", {"usage_keys": [str]}, {"usage_keys": []}, answer=400),
    ),
    Case(
        "another order",
        Call(f"PATCH {UNIT}children/?published=false", sends={"usage_keys": ["{second}", "{first}"]}),
        (CHILDREN,),
    ),
    Case(
        "take out",
        Call(f"DELETE {UNIT}children/?published=false", sends={"usage_keys": ["{first}"]}),
        (CHILDREN,),
    ),
    Case("rename a unit", RENAME),
    Case("publish a unit", Call(f"POST {UNIT}publish/"), (RENAME,)),
    Case("hierarchy of a unit", Call(f"GET {UNIT}hierarchy/", HIERARCHY)),
    Case("hierarchy of a section", Call(f"GET {SECTION}hierarchy/", HIERARCHY)),
    Case(
        "changes of a unit since its last publish",
        Call(f"GET {UNIT}draft_history/", [HISTORY_ENTRY]),
        (RENAME,),
    ),
    Case("publishes of a unit", PUBLISHES),
    Case(
        "changes in a publish of a unit",
        Call(
            "GET /api/libraries/v2/{library}/publish_history_entries/?scope_entity_key={unit}"
            "&publish_log_uuid={publish_log}",
            [HISTORY_ENTRY],
        ),
        (PUBLISHES,),
    ),
    Case("creation of a unit", Call(f"GET {UNIT}creation_entry/", HISTORY_ENTRY | {"item_type": "unit"})),
    Case("tags of a unit", Call(f"GET {TAGS}{{unit}}/", {"{unit}": {"taxonomies": list}})),
    Case(
        "a new child of a section",
        Call(f"POST {SECTION}children/?published=false", sends={"usage_keys": ["{new}"]}),
        (
            Call(
                "POST /api/libraries/v2/{library}/containers/",
                {"id": str},
                {"can_stand_alone": False, "container_type": "subsection", "display_name": "New"},
                keeps={"new": "id"},
            ),
        ),
    ),
    # Collections.
    Case("collection", Call(f"GET {SHELF}", COLLECTION)),
    Case("no such collection", Call("GET /api/libraries/v2/{library}/collections/none/", {"detail": str}, answer=404)),
    Case("rename a collection", Call(f"PATCH {SHELF}", COLLECTION | {"title": "Other"}, {"title": "Other"})),
    Case("describe a collection", Call(f"PATCH {SHELF}", COLLECTION | {"description": "D"}, {"description": "D"})),
    Case(
        "put into a collection",
        Call(f"PATCH {SHELF}items/", {"count": 2}, {"usage_keys": ["{problem}", "{section}"]}),
    ),
    Case("take out of a collection", Call(f"DELETE {SHELF}items/", {"count": 1}, {"usage_keys": ["{text}"]})),
    Case(
        "tags of a collection",
        Call(
            f"GET {TAGS}lib-collection:DemoX:welcome:{{collection}}/",
            {"lib-collection:DemoX:welcome:{collection}": {"taxonomies": list}},
        ),
    ),
    Case(
        "tag a collection",
        Call(
            f"PUT {TAGS}lib-collection:DemoX:welcome:{{collection}}/",
            {"lib-collection:DemoX:welcome:{collection}": OBJECT_TAGS},
            {"tagsData": [{"taxonomy": "{taxonomy}", "tags": ["Reuse"]}]},
        ),
    ),
)
