"""Libraries used by a course, and library content into courses (8, 12)."""

from __future__ import annotations

from ..shapes import differences
from .call import Call, Case
from .components import PAGE
from .objects import CLIPBOARD, COMPONENT, CONTAINER, DOWNSTREAM, TASK, is_date

DOWNSTREAMS = "/api/contentstore/v2/downstreams/"
CONTAINER_CHILDREN = "/api/contentstore/v1/container/{linked}/children"
LMS = "/api/courses/v1/courses/"

LINK = {
    "upstream_ref": str,
    "upstream_name": str,
    "version_synced": int,
    "version_available": int,
    "version_declined": int | None,
    "error_message": str | None,
    "ready_to_sync": bool,
    "downstream_customized": list,
    "top_level_parent_key": str | None,
    "is_ready_to_sync_individually": bool,
}

ACTIONS = {
    "childAddable": bool,
    "deletable": bool,
    "draggable": bool,
    "duplicable": bool,
    "unlinkable": bool | None,
}

SPREAD = {"min": int, "max": int, "mean": int | float, "median": int | float, "mode": int}

LEGACY_BLOCKS = "/api/courses/v1/migrate_legacy_content_blocks/{course}/"
CONVERSION = {name: shape for name, shape in TASK.items() if name != "parameters"}
CONVERT = Call(f"POST {LEGACY_BLOCKS}", CONVERSION, answer=201, keeps={"conversion": "uuid"})

CASES = (
    Case(
        "course as the LMS knows it",
        Call(
            f"GET {LMS}{{course}}?username=staff",
            {"course_id": "{course}", "name": str, "number": str, "org": "DemoX", "start": is_date},
        ),
    ),
    Case("no such course", Call(f"GET {LMS}course-v1:No+Such+Course", {"detail": str}, answer=404)),
    Case(
        "libraries of a course",
        Call(
            f"GET {DOWNSTREAMS}{{course}}/summary",
            [
                {
                    "upstream_context_key": "{library}",
                    "upstream_context_title": str,
                    "ready_to_sync_count": 1,
                    "total_count": int,
                    "last_published_at": is_date,
                }
            ],
        ),
    ),
    Case(
        "what can be updated",
        Call(
            f"GET {DOWNSTREAMS}?course_id={{course_in_query}}&ready_to_sync=true&use_top_level_parents=true"
            "&no_page=true",
            [DOWNSTREAM | {"downstream_usage_key": "{linked}", "upstream_type": "container"}],
        ),
    ),
    Case(
        "update",
        Call(
            f"POST {DOWNSTREAMS}{{linked}}/sync",
            {"ready_to_sync": False},
            {"override_customizations": False},
        ),
    ),
    Case(
        "update with what was edited here",
        Call(
            f"POST {DOWNSTREAMS}{{linked_component}}/sync",
            {"ready_to_sync": False, "downstream_customized": list},
            {"override_customizations": True},
        ),
    ),
    Case("ignore an update", Call(f"DELETE {DOWNSTREAMS}{{linked}}/sync", answer=204)),
    Case("unlink", Call(f"DELETE {DOWNSTREAMS}{{linked}}", answer=204)),
    Case(
        "the old side of a component",
        Call("GET /xblock/{linked_component_of_draft}?disable_staff_debug_info=True", PAGE),
    ),
    Case("the old side of a block of the course itself", Call("GET /xblock/{course_text}", PAGE)),
    Case("the old side of no block", Call("GET /xblock/nonsense", {"detail": str}, answer=404)),
    Case(
        "the new side of a component",
        Call("GET /xblocks/v2/{text}/embed/student_view/?version=published", PAGE),
    ),
    Case(
        "what would change in a container",
        Call(
            f"GET {CONTAINER_CHILDREN}?get_upstream_info=true",
            {
                "can_paste_component": bool,
                "is_published": bool,
                "display_name": str,
                "children": [{"block_id": str, "block_type": str, "name": str, "upstream_link": LINK}],
                "upstream_ready_to_sync_children_info": [
                    {"id": str, "name": str, "upstream": str, "block_type": str, "downstream_customized": list}
                ],
            },
        ),
    ),
    Case(
        "the same without what is new",
        Call(f"GET {CONTAINER_CHILDREN}?get_upstream_info=false", {"display_name": str, "children": list}),
    ),
    Case(
        "units of a subsection",
        Call(
            "GET /api/contentstore/v1/container/{course_subsection}/children?get_upstream_info=true",
            {
                "children": lambda children: (
                    differences(children[-1]["upstream_link"], LINK | {"ready_to_sync_children": list}) == []
                ),
                "upstream_ready_to_sync_children_info": list,
            },
        ),
    ),
    Case(
        "outline of a course",
        Call(
            "GET /api/contentstore/v1/course_index/{course}",
            {
                "course_structure": {
                    "id": str,
                    "upstream_info": {"upstream_ref": None},
                    "child_info": {
                        "children": [{"id": str, "actions": ACTIONS, "upstream_info": {"downstream_key": str}}]
                    },
                },
                "initial_state": None,
            },
        ),
    ),
    Case(
        "page of a linked unit",
        Call(
            "GET /api/contentstore/v1/container_handler/{linked}",
            {
                "xblock": {"display_name": str, "display_type": "Unit", "category": "vertical"},
                "xblock_info": {
                    "upstream_info": LINK,
                    "actions": ACTIONS | {"childAddable": False, "unlinkable": True},
                },
                "ancestor_xblocks": [{"title": str, "is_last": bool, "children": [{"url": str, "display_name": str}]}],
                "is_unit_page": True,
                "subsection_location": "{course_subsection}",
            },
        ),
    ),
    Case("container of the library", Call("GET /api/libraries/v2/containers/{linked_unit}/", CONTAINER)),
    Case(
        "published children of the library",
        Call("GET /api/libraries/v2/containers/{linked_unit}/children/?published=true", [COMPONENT]),
    ),
    Case(
        "preview of changes of a component",
        Call("GET /xblocks/v2/{text}/embed/student_view/?version=1", PAGE),
    ),
    Case(
        "a component into a course",
        Call(
            "POST /xblock/",
            {"locator": str, "courseKey": "{course}", "upstreamRef": "{text}"},
            {
                "type": "library_v2",
                "category": "html",
                "parent_locator": "{course_unit}",
                "library_content_key": "{text}",
            },
        ),
    ),
    Case(
        "a container into a course",
        Call(
            "POST /xblock/",
            {"locator": str, "courseKey": "{course}", "upstreamRef": "{unit}"},
            {
                "type": "library_v2",
                "category": "vertical",
                "parent_locator": "{course_subsection}",
                "library_content_key": "{unit}",
            },
        ),
    ),
    Case(
        "paste into a course",
        Call(
            "POST /xblock/",
            {"locator": str, "courseKey": "{course}"},
            {
                "type": "html",
                "category": "html",
                "parent_locator": "{course_unit}",
                "staged_content": "clipboard",
            },
        ),
        (Call("POST /api/content-staging/v1/clipboard/", CLIPBOARD, {"usage_key": "{text}"}),),
    ),
    Case(
        "how a course is built",
        Call(
            "GET /api/courses/v1/quality/{course}/?exclude_graded=true&all=true",
            {
                "is_self_paced": bool,
                "sections": {
                    "total_number": int,
                    "total_visible": int,
                    "number_with_highlights": 0,
                    "highlights_active_for_course": False,
                    "highlights_enabled": False,
                },
                "subsections": {"total_visible": int, "num_with_one_block_type": int, "num_block_types": SPREAD},
                "units": {"total_visible": int, "num_blocks": SPREAD},
                "videos": {"total_number": int, "num_mobile_encoded": 0, "num_with_val_id": int, "durations": dict},
            },
        ),
    ),
    Case(
        "what a course needs to begin",
        Call(
            "GET /api/courses/v1/validation/{course}/?graded_only=true&validate_oras=true&all=true",
            {
                "is_self_paced": bool,
                "dates": {"has_start_date": bool, "has_end_date": bool},
                "assignments": {
                    "total_number": int,
                    "total_visible": int,
                    "assignments_with_dates_before_start": list,
                    "assignments_with_dates_after_end": list,
                    "assignments_with_ora_dates_before_start": list,
                    "assignments_with_ora_dates_after_end": list,
                },
                "grades": {"has_grading_policy": bool},
                "certificates": {"is_activated": False, "has_certificate": False, "is_enabled": False},
                "updates": {"has_update": bool},
                "proctoring": {"needs_proctoring_escalation_email": False, "has_proctoring_escalation_email": False},
            },
        ),
    ),
    Case(
        "tags of a course",
        Call("GET /api/content_tagging/v1/object_tags/{course}/", {"{course}": {"taxonomies": []}}),
    ),
    # Blocks that use legacy libraries.
    Case("blocks that use legacy libraries", Call(f"GET {LEGACY_BLOCKS}", list)),
    Case("convert them", CONVERT),
    Case("watch that", Call(f"GET {LEGACY_BLOCKS}{{conversion}}/", CONVERSION), (CONVERT,)),
)
