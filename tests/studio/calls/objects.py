"""Shapes of what many answers are made of."""

from __future__ import annotations

from typing import Any

DATE = str

LIBRARY = {"id": "{library}", "org": "DemoX", "slug": "welcome", "title": str}

LIBRARY_DETAILS = {
    **LIBRARY,
    "description": str,
    "num_blocks": int,
    "last_published": DATE,
    "published_by": str,
    "last_draft_created": DATE | None,
    "last_draft_created_by": str | None,
    "allow_public_learning": bool,
    "allow_public_read": bool,
    "has_unpublished_changes": bool,
    "has_unpublished_deletes": bool,
    "can_edit_library": True,
    "license": str,
    "created": DATE,
    "updated": DATE,
}

LABEL = {"key": str, "title": str}

_ITEM = {
    "id": str,
    "display_name": str,
    "published_display_name": str | None,
    "last_published": DATE | None,
    "published_by": str | None,
    "created_by": str | None,
    "last_draft_created": DATE | None,
    "last_draft_created_by": str | None,
    "has_unpublished_changes": bool,
    "created": DATE,
    "modified": DATE,
    "tags_count": int,
    "collections": list,
}
COMPONENT = {**_ITEM, "block_type": str}
CONTAINER = {**_ITEM, "container_type": str}
PUBLISHED = {"published_display_name": str, "last_published": DATE, "published_by": "staff"}

COLLECTION = {
    "id": int,
    "key": "{collection}",
    "title": "Reusable",
    "description": str,
    "enabled": True,
    "created_by": int,
    "created": DATE,
    "modified": DATE,
    "learning_package": int,
}

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
    "changed_at": DATE,
    "title": str,
    "item_type": str,
    "action": str,
    "old_version": int,
    "new_version": int,
}
PUBLISH_GROUP = {
    "publish_log_uuid": str,
    "published_by": str,
    "published_at": DATE,
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
    "created": DATE,
    "updated": DATE,
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
    "created": DATE,
    "modified": DATE,
    "artifacts": list,
    "uuid": str,
    "parameters": [PARAMETERS],
}
