"""Functions of tagging for other modules. They check permissions, unless their docstring says otherwise."""

from .copies import TagCopy, clone_tags, copy_tags, plan_tag_copies, release_copied_tags, take_back_tags
from .export import export_tags
from .giving import KnownTags, NamedTag, add_tags, known_tags, named_tags_of, remove_other_tags
from .holders import (
    TagHolder,
    holder_of,
    is_library_object,
    library_of,
    may_tag,
    object_key,
    register_tag_holder,
    require_may_tag,
)
from .languages import create_language_taxonomy
from .objects import announce_tags, delete_tags_of_library, set_object_tags
from .taxonomies import (
    administers_taxonomies,
    set_organizations,
    taxonomies_for,
    taxonomy_identities,
    unassigned_taxonomies,
    visible_taxonomies,
)

__all__ = [
    "KnownTags",
    "NamedTag",
    "TagCopy",
    "TagHolder",
    "add_tags",
    "administers_taxonomies",
    "announce_tags",
    "clone_tags",
    "copy_tags",
    "create_language_taxonomy",
    "delete_tags_of_library",
    "export_tags",
    "holder_of",
    "is_library_object",
    "known_tags",
    "library_of",
    "may_tag",
    "named_tags_of",
    "object_key",
    "plan_tag_copies",
    "register_tag_holder",
    "release_copied_tags",
    "remove_other_tags",
    "require_may_tag",
    "set_object_tags",
    "set_organizations",
    "take_back_tags",
    "taxonomies_for",
    "taxonomy_identities",
    "unassigned_taxonomies",
    "visible_taxonomies",
]
