"""Describes, for the OpenAPI schema, responses for which openedx-tagging has no serializer."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

_TEXT: Final = {"type": "string"}
_FLAG: Final = {"type": "boolean"}

_TAG: Final = {
    "type": "object",
    "properties": {
        "value": _TEXT,
        "lineage": {"type": "array", "items": _TEXT},
        "can_delete_objecttag": _FLAG,
        "is_copied": _FLAG,
    },
}
_TAXONOMY: Final = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "taxonomy_id": {"type": "integer"},
        "can_tag_object": _FLAG,
        "export_id": _TEXT,
        "tags": {"type": "array", "items": _TAG},
    },
}

TAGS_OF_OBJECT: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Key of the object -> its tags.",
    "additionalProperties": {
        "type": "object",
        "properties": {"taxonomies": {"type": "array", "items": _TAXONOMY}},
    },
    "example": {
        "lb:CL-TEST:lib1:problem:p1": {
            "taxonomies": [
                {
                    "name": "Subjects",
                    "taxonomy_id": 1,
                    "can_tag_object": True,
                    "export_id": "subjects",
                    "tags": [
                        {
                            "value": "Chemistry",
                            "lineage": ["Science", "Chemistry"],
                            "can_delete_objecttag": True,
                            "is_copied": False,
                        }
                    ],
                }
            ]
        }
    },
}

COUNTS_OF_OBJECTS: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Key of an object -> how many tags it has. Objects without tags are left out.",
    "additionalProperties": {"type": "integer"},
    "example": {"lb:CL-TEST:lib1:problem:p1": 3},
}

LIST_OF_TAGS: Final = [
    OpenApiParameter("search_term", str, description="Part of a tag."),
    OpenApiParameter("parent_tag", str, description="Only tags below this one."),
    OpenApiParameter("full_depth_threshold", int, description="All levels at once, if there are fewer tags."),
    OpenApiParameter("include_counts", bool, description="Whether to say how many objects have each tag."),
]
COUNTS: Final = [OpenApiParameter("count_implicit", bool, description="Whether tags above the given ones count.")]
TAGS_OF_TAXONOMY: Final = [OpenApiParameter("taxonomy", int, description="Only tags of this one.")]

TEMPLATES: Final[dict[Any, Any]] = {
    (200, "text/csv"): OpenApiTypes.STR,
    (200, "application/json"): OpenApiTypes.OBJECT,
}
TEMPLATE: Final = OpenApiExample(
    "Two tags",
    value={"name": "Subjects", "tags": [{"id": "1", "value": "Science"}, {"id": "2", "value": "Chemistry"}]},
    media_type="application/json",
)
