"""What the app knows of the tables of other packages that it writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .tables import Table

LEARNING_CORE: Final[Mapping[str, Table]] = {
    "Collection": Table(
        {
            "id": "AutoField, key",
            "learning_package_id": "LearningPackage",
            "collection_code": "CharField, up to 255",
            "title": "CharField, up to 500",
            "description": "TextField, up to 10000, default ''",
            "enabled": "BooleanField, default True",
            "created_by_id": "User, null",
            "created": "DateTimeField",
            "modified": "DateTimeField",
        },
        {"check: oel_coll_collection_code_regex", "unique: learning_package, collection_code"},
    ),
    "CollectionPublishableEntity": Table(
        {
            "id": "BigAutoField, key",
            "collection_id": "Collection",
            "entity_id": "PublishableEntity",
            "created_by_id": "User, null",
            "created": "DateTimeField",
        },
        {"unique: collection, entity"},
    ),
    "Component": Table(
        {
            "publishable_entity_id": "PublishableEntity, key",
            "learning_package_id": "LearningPackage",
            "component_type_id": "ComponentType",
            "component_code": "CharField, up to 255",
        },
        {"check: oel_component_code_regex", "unique: learning_package, component_type, component_code"},
    ),
    "ComponentVersion": Table(
        {
            "publishable_entity_version_id": "PublishableEntityVersion, key",
            "component_id": "Component",
        },
        set(),
    ),
    "ComponentVersionMedia": Table(
        {
            "id": "BigAutoField, key",
            "component_version_id": "ComponentVersion",
            "media_id": "Media",
            "path": "CharField, up to 500",
        },
        {"unique: component_version, path"},
    ),
    "Container": Table(
        {
            "publishable_entity_id": "PublishableEntity, key",
            "learning_package_id": "LearningPackage",
            "container_type_id": "ContainerType",
            "container_code": "CharField, up to 255",
        },
        {"check: oel_container_code_regex", "unique: learning_package, container_code"},
    ),
    "ContainerVersion": Table(
        {
            "publishable_entity_version_id": "PublishableEntityVersion, key",
            "container_id": "Container",
            "entity_list_id": "EntityList",
        },
        set(),
    ),
    "Draft": Table(
        {
            "entity_id": "PublishableEntity, key",
            "version_id": "PublishableEntityVersion, unique, null",
            "draft_log_record_id": "DraftChangeLogRecord, null",
        },
        set(),
    ),
    "DraftChangeLog": Table(
        {
            "id": "BigAutoField, key",
            "uuid": "UUIDField, up to 32, unique, default uuid4",
            "learning_package_id": "LearningPackage",
            "changed_at": "DateTimeField",
            "changed_by_id": "User, null",
        },
        set(),
    ),
    "DraftChangeLogRecord": Table(
        {
            "id": "BigAutoField, key",
            "draft_change_log_id": "DraftChangeLog",
            "entity_id": "PublishableEntity",
            "old_version_id": "PublishableEntityVersion, null",
            "new_version_id": "PublishableEntityVersion, null",
            "dependencies_hash_digest": "CharField, up to 8, default ''",
        },
        {"unique: draft_change_log, entity"},
    ),
    "DraftSideEffect": Table(
        {
            "id": "BigAutoField, key",
            "cause_id": "DraftChangeLogRecord",
            "effect_id": "DraftChangeLogRecord",
        },
        {"unique: cause, effect"},
    ),
    "EntityList": Table(
        {
            "id": "BigAutoField, key",
        },
        set(),
    ),
    "EntityListRow": Table(
        {
            "id": "BigAutoField, key",
            "entity_list_id": "EntityList",
            "order_num": "PositiveIntegerField",
            "entity_id": "PublishableEntity",
            "entity_version_id": "PublishableEntityVersion, null",
        },
        {"unique: entity_list, order_num"},
    ),
    "Media": Table(
        {
            "id": "BigAutoField, key",
            "learning_package_id": "LearningPackage",
            "media_type_id": "MediaType",
            "size": "PositiveBigIntegerField",
            "hash_digest": "CharField, up to 40",
            "has_file": "BooleanField",
            "text": "TextField, up to 50000, null",
            "created": "DateTimeField",
        },
        {"unique: learning_package, media_type, hash_digest"},
    ),
    "PublishLog": Table(
        {
            "id": "BigAutoField, key",
            "uuid": "UUIDField, up to 32, unique, default uuid4",
            "learning_package_id": "LearningPackage",
            "message": "CharField, up to 500, default ''",
            "published_at": "DateTimeField",
            "published_by_id": "User, null",
        },
        set(),
    ),
    "PublishLogRecord": Table(
        {
            "id": "BigAutoField, key",
            "publish_log_id": "PublishLog",
            "entity_id": "PublishableEntity",
            "old_version_id": "PublishableEntityVersion, null",
            "new_version_id": "PublishableEntityVersion, null",
            "dependencies_hash_digest": "CharField, up to 8, default ''",
            "direct": "BooleanField, null, default False",
        },
        {"unique: publish_log, entity"},
    ),
    "PublishSideEffect": Table(
        {
            "id": "BigAutoField, key",
            "cause_id": "PublishLogRecord",
            "effect_id": "PublishLogRecord",
        },
        {"unique: cause, effect"},
    ),
    "PublishableEntity": Table(
        {
            "id": "BigAutoField, key",
            "uuid": "UUIDField, up to 32, unique, default uuid4",
            "learning_package_id": "LearningPackage",
            "entity_ref": "CharField, up to 500",
            "created": "DateTimeField",
            "created_by_id": "User, null",
            "can_stand_alone": "BooleanField, default True",
        },
        {"unique: learning_package, entity_ref"},
    ),
    "PublishableEntityVersion": Table(
        {
            "id": "BigAutoField, key",
            "uuid": "UUIDField, up to 32, unique, default uuid4",
            "entity_id": "PublishableEntity",
            "title": "CharField, up to 500, default ''",
            "version_num": "PositiveIntegerField",
            "created": "DateTimeField",
            "created_by_id": "User, null",
        },
        {"unique: entity, version_num"},
    ),
    "PublishableEntityVersionDependency": Table(
        {
            "id": "BigAutoField, key",
            "referring_version_id": "PublishableEntityVersion",
            "referenced_entity_id": "PublishableEntity",
        },
        {"unique: referring_version, referenced_entity"},
    ),
    "Published": Table(
        {
            "entity_id": "PublishableEntity, key",
            "version_id": "PublishableEntityVersion, unique, null",
            "publish_log_record_id": "PublishLogRecord",
        },
        set(),
    ),
    "Section": Table(
        {
            "container_id": "Container, key",
        },
        set(),
    ),
    "SectionVersion": Table(
        {
            "container_version_id": "ContainerVersion, key",
        },
        set(),
    ),
    "Subsection": Table(
        {
            "container_id": "Container, key",
        },
        set(),
    ),
    "SubsectionVersion": Table(
        {
            "container_version_id": "ContainerVersion, key",
        },
        set(),
    ),
    "Unit": Table(
        {
            "container_id": "Container, key",
        },
        set(),
    ),
    "UnitVersion": Table(
        {
            "container_version_id": "ContainerVersion, key",
        },
        set(),
    ),
}

TAGGING: Final[Mapping[str, Table]] = {
    "ObjectTag": Table(
        {
            "id": "BigAutoField, key",
            "object_id": "CharField, up to 255",
            "taxonomy_id": "Taxonomy, null, default None",
            "tag_id": "Tag, null, default None",
            "is_copied": "BooleanField, default False",
            "_export_id": "CharField, up to 255",
            "_value": "CharField, up to 500",
        },
        {"unique: object_id, taxonomy, _value", "unique: object_id, taxonomy, tag_id"},
    ),
    "Tag": Table(
        {
            "id": "BigAutoField, key",
            "taxonomy_id": "Taxonomy, null, default None",
            "parent_id": "Tag, null, default None",
            "value": "CharField, up to 500",
            "external_id": "CharField, up to 255",
            "depth": "IntegerField, default 0",
            "lineage": "CharField, up to 3006, default ''",
        },
        {
            "unique: taxonomy, value",
            "unique: taxonomy, external_id",
            "check: oel_tagging_tag_lineage_tab_count_check",
            "check: oel_tagging_tag_lineage_ends_with_value",
            "check: oel_tagging_tag_depth_parent_check",
        },
    ),
}
