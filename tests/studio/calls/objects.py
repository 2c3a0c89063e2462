"""Shapes of what many answers are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def is_date(value: object) -> bool:
    """A moment in ISO 8601, with its zone."""
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


def is_date_or_none(value: object) -> bool:
    return value is None or is_date(value)


def is_in_seconds(value: object) -> bool:
    """A date of histories, in UTC and whole seconds: the frontend compares them as texts."""
    return isinstance(value, str) and value.endswith("Z") and len(value) == len("2026-01-01T00:00:00Z")


LIBRARY = {"id": "{library}", "org": "DemoX", "slug": "welcome", "title": str}

LIBRARY_DETAILS = {
    **LIBRARY,
    "description": str,
    "num_blocks": int,
    "last_published": is_date,
    "published_by": str,
    "last_draft_created": is_date_or_none,
    "last_draft_created_by": str | None,
    "allow_public_learning": bool,
    "allow_public_read": bool,
    "has_unpublished_changes": bool,
    "has_unpublished_deletes": bool,
    "can_edit_library": True,
    "license": str,
    "created": is_date,
    "updated": is_date,
}

LABEL = {"key": str, "title": str}

_ITEM = {
    "id": str,
    "display_name": str,
    "published_display_name": str | None,
    "last_published": is_date_or_none,
    "published_by": str | None,
    "created_by": str | None,
    "last_draft_created": is_date_or_none,
    "last_draft_created_by": str | None,
    "has_unpublished_changes": bool,
    "created": is_date,
    "modified": is_date,
    "tags_count": int,
    "collections": list,
}
COMPONENT = {**_ITEM, "block_type": str}
CONTAINER = {**_ITEM, "container_type": str}
PUBLISHED = {"published_display_name": str, "last_published": is_date, "published_by": "staff"}

COLLECTION = {
    "id": int,
    "key": "{collection}",
    "title": "Reusable",
    "description": str,
    "enabled": True,
    "created_by": int,
    "created": is_date,
    "modified": is_date,
    "learning_package": int,
}

CLIPBOARD = {
    "content": {
        "id": int,
        "user_id": int,
        "created": is_date,
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

MEMBER = {"id": str, "display_name": str, "has_unpublished_changes": bool}
HIERARCHY = {
    "object_key": str,
    "sections": [MEMBER],
    "subsections": [MEMBER],
    "units": [MEMBER],
    "components": [MEMBER],
}

OBJECT_TAGS = {
    "taxonomies": [
        {
            "name": "Topics",
            "taxonomy_id": int,
            "can_tag_object": True,
            "export_id": "topics",
            "tags": [{"value": "Reuse", "lineage": ["Reuse"], "can_delete_objecttag": True, "is_copied": bool}],
        }
    ]
}

_SOMEBODY = {"username": str, "profile_image_urls": {"full": str, "large": str, "medium": str, "small": str}}
HISTORY_ENTRY = {
    "contributor": _SOMEBODY,
    "changed_at": is_in_seconds,
    "title": str,
    "item_type": str,
    "action": str,
    "old_version": int,
    "new_version": int,
}
PUBLISH_GROUP = {
    "publish_log_uuid": str,
    "published_by": str,
    "published_at": is_in_seconds,
    "contributors": list,
    "direct_published_entities": [{"entity_key": str, "entity_type": str, "title": str}],
    "scope_entity_key": str | None,
}

DOWNSTREAM = {
    "id": int,
    "upstream_context_key": "{library}",
    "upstream_context_title": str,
    "upstream_key": str,
    "upstream_type": str,
    "upstream_version": int,
    "downstream_usage_key": str,
    "downstream_context_key": "{course}",
    "version_synced": int,
    "version_declined": int | None,
    "created": is_date,
    "updated": is_date,
    "ready_to_sync": bool,
    "downstream_is_modified": bool,
}

PARAMETERS = {
    "id": int,
    "source": str,
    "target": str,
    "composition_level": str,
    "repeat_handling_strategy": str,
    "preserve_url_slugs": bool,
    "target_collection_slug": str | None,
    "forward_source_to_target": bool,
    "is_failed": bool,
}
TASK: dict[str, Any] = {
    "state": str,
    "state_text": str,
    "completed_steps": int,
    "total_steps": int,
    "attempts": int,
    "created": is_date,
    "modified": is_date,
    "artifacts": list,
    "uuid": str,
    "parameters": [PARAMETERS],
}
