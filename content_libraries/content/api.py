"""Functions of content for other rooms. They check permissions, unless their docstring says otherwise."""

from .addresses import frontend_url
from .assets import (
    Asset,
    check_file_size,
    delete_asset,
    get_asset,
    list_assets,
    open_asset,
    open_version_file,
    set_asset,
)
from .block_types import (
    OfferedBlockType,
    block_class,
    default_title,
    has_children,
    load_block_classes,
    offered_block_types,
    title_of_untitled,
    type_name,
)
from .bulk import write_items
from .collections import (
    add_to_collection,
    create_collection,
    delete_collection,
    get_collection,
    list_collections,
    remove_from_collection,
    restore_collection,
    set_collections,
    update_collection,
)
from .components import check_limit, check_without_children, create_component, get_olx, list_components, set_olx
from .container_settings import settings_of, write_settings
from .containers import (
    append_children,
    create_container,
    remove_children,
    rename_container,
    replace_children,
)
from .data import (
    CollectionLabel,
    CollectionSummary,
    ComponentWrite,
    ContainerSettingsData,
    ContainerWrite,
    DraftWrites,
    FileMedia,
    Hierarchy,
    HierarchyMember,
    ItemSummary,
    SavedOlx,
)
from .file_checks import check_file_names, check_files
from .file_tokens import file_token
from .for_courses import reads_for_course, register_links
from .hierarchies import get_hierarchy
from .item_details import get_children, get_container_settings, get_item
from .items import access_item, delete_item, item_summary, restore_item
from .publishing import discard_all, discard_item, publish_all, publish_item, published_changes, unpublished_changes
from .wording import change_in_words

__all__ = [
    "Asset",
    "CollectionLabel",
    "CollectionSummary",
    "ComponentWrite",
    "ContainerSettingsData",
    "ContainerWrite",
    "DraftWrites",
    "FileMedia",
    "Hierarchy",
    "HierarchyMember",
    "ItemSummary",
    "OfferedBlockType",
    "SavedOlx",
    "access_item",
    "add_to_collection",
    "append_children",
    "block_class",
    "change_in_words",
    "check_file_names",
    "check_file_size",
    "check_files",
    "check_limit",
    "check_without_children",
    "create_collection",
    "create_component",
    "create_container",
    "default_title",
    "delete_asset",
    "delete_collection",
    "delete_item",
    "discard_all",
    "discard_item",
    "file_token",
    "frontend_url",
    "get_asset",
    "get_children",
    "get_collection",
    "get_container_settings",
    "get_hierarchy",
    "get_item",
    "get_olx",
    "has_children",
    "item_summary",
    "list_assets",
    "list_collections",
    "list_components",
    "load_block_classes",
    "offered_block_types",
    "open_asset",
    "open_version_file",
    "publish_all",
    "publish_item",
    "published_changes",
    "reads_for_course",
    "register_links",
    "remove_children",
    "remove_from_collection",
    "rename_container",
    "replace_children",
    "restore_collection",
    "restore_item",
    "set_asset",
    "set_collections",
    "set_olx",
    "settings_of",
    "title_of_untitled",
    "type_name",
    "unpublished_changes",
    "update_collection",
    "write_items",
    "write_settings",
]
