"""Imports of courses, and the migration of legacy libraries (9, 10)."""

from __future__ import annotations

from ..shapes import differences
from .call import Call, Case, has
from .objects import LABEL, PARAMETERS, TASK

MIGRATOR = "/api/modulestore_migrator/v1/"
TARGET = "lib:DemoX:imports"

_CARD = {
    "display_name": str,
    "library_key": str,
    "url": str,
    "org": str,
    "number": str,
    "can_edit": bool,
    "is_migrated": bool,
    "migrated_to_title": str | None,
    "migrated_to_key": str | None,
    "migrated_to_collection_key": str | None,
    "migrated_to_collection_title": str | None,
}
LEGACY = {
    "libraries": lambda found: (
        differences(found, [_CARD]) == []
        and {card["library_key"]: card["migrated_to_key"] for card in found}
        == {"library-v1:DemoX+ReuseBank": "lib:DemoX:welcome", "library-v1:O+L1": None}
    )
}

CASES = (
    Case(
        "imports of courses",
        Call(
            f"GET {MIGRATOR}library/{TARGET}/migrations/courses/",
            [
                {
                    "task_uuid": "{job}",
                    "source": {"key": "{course}", "display_name": str},
                    "target_collection": LABEL,
                    "state": lambda state: state in {"Succeeded", "Partial"},
                    "progress": 1.0,
                }
            ],
        ),
    ),
    Case(
        "where courses were imported",
        Call(
            f"GET {MIGRATOR}migration_info/?source_keys={{course_in_query}}&source_keys=course-v1:No%2BSuch%2BCourse",
            {
                "{course}": [
                    {
                        "source_key": "{course}",
                        "target_key": str,
                        "target_title": str,
                        "target_collection_key": str | None,
                        "target_collection_title": str | None,
                    }
                ]
            },
        ),
    ),
    Case(
        "details of a course",
        Call("GET /api/contentstore/v1/course_details/{course}", {"title": str, "course_id": "{course}"}),
    ),
    Case(
        "details of a course of others",
        Call("GET /api/contentstore/v1/course_details/{course}", {"detail": str}, user="outsider", answer=403),
    ),
    Case(
        "settings of a course", Call("GET /api/contentstore/v1/course_settings/{course}", {"course_display_name": str})
    ),
    Case(
        "preview of an import",
        Call(
            f"GET {MIGRATOR}migration_preview/?target_key={TARGET}&source_key={{course_in_query}}",
            {
                "state": lambda state: state in {"success", "partial"},
                "unsupported_blocks": int,
                "unsupported_percentage": int | float,
                "blocks_limit": int,
                "total_blocks": int,
                "total_components": int,
                "sections": 3,
                "subsections": int,
                "units": int,
            },
        ),
    ),
    Case(
        "start an import",
        Call(
            f"POST {MIGRATOR}bulk_migration/",
            TASK,
            {
                "sources": ["{course}"],
                "target": TARGET,
                "create_collections": True,
                "repeat_handling_strategy": "fork",
                "composition_level": "section",
            },
            answer=201,
        ),
    ),
    Case(
        "watch an import to its end",
        Call(
            f"GET {MIGRATOR}migrations/{{job}}/",
            TASK
            | {
                "state": "Succeeded",
                "uuid": "{job}",
                "parameters": [PARAMETERS | {"source": "{course}", "target": TARGET, "target_collection": LABEL}],
            },
        ),
    ),
    Case(
        "what an import did",
        Call(
            f"GET {MIGRATOR}migration_blocks/?target_key={TARGET}&task_uuid={{job}}",
            lambda rows: (
                any(row["target_key"] for row in rows)
                and all(row.keys() >= {"source_key", "target_key", "unsupported_reason"} for row in rows)
            ),
        ),
    ),
    Case("legacy libraries", Call("GET /api/contentstore/v1/home/libraries", LEGACY)),
    Case("export of a legacy library", Call("GET /export/{legacy}", has("PK"))),
    Case("export without the right to read it", Call("GET /export/{legacy}", object, user="user", answer=403)),
    Case("export of no library", Call("GET /export/library-v1:No+Such", object, answer=404)),
    Case(
        "migrate legacy libraries",
        Call(
            f"POST {MIGRATOR}bulk_migration/",
            TASK | {"parameters": [PARAMETERS | {"source": "{legacy}"}]},
            {
                "sources": ["{legacy}"],
                "target": TARGET,
                "create_collections": True,
                "repeat_handling_strategy": "fork",
            },
            answer=201,
        ),
    ),
)
