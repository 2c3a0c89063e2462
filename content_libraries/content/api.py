"""What other rooms may do with content. Functions check permissions, unless they say that they do not."""

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
from .block_types import BlockType, block_class, default_title, offered_block_types
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
from .components import create_component, get_olx, list_components, set_olx
from .container_settings import settings_of
from .containers import (
    append_children,
    create_container,
    get_children,
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
from .file_tokens import file_token
from .hierarchies import get_hierarchy
from .items import delete_item, get_item, item_summaries, restore_item
from .publishing import discard_all, publish_all, publish_item

__all__ = [
    "Asset",
    "BlockType",
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
    "SavedOlx",
    "add_to_collection",
    "append_children",
    "block_class",
    "check_file_size",
    "create_collection",
    "create_component",
    "create_container",
    "default_title",
    "delete_asset",
    "delete_collection",
    "delete_item",
    "discard_all",
    "file_token",
    "get_asset",
    "get_children",
    "get_collection",
    "get_hierarchy",
    "get_item",
    "get_olx",
    "item_summaries",
    "list_assets",
    "list_collections",
    "list_components",
    "offered_block_types",
    "open_asset",
    "open_version_file",
    "publish_all",
    "publish_item",
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
    "update_collection",
    "write_items",
]
