"""The settings of an index in Meilisearch (wire: search-settings)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...engine import SORTABLE

PRIMARY_KEY: Final = "id"

_TAGS: Final = ("tags.taxonomy", "tags.level0", "tags.level1", "tags.level2", "tags.level3")
_COLLECTIONS: Final = ("collections.display_name", "collections.key")

INDEX_SETTINGS: Final[Mapping[str, object]] = {
    "distinctAttribute": "usage_key",
    "filterableAttributes": [
        "block_id",
        "block_type",
        "context_key",
        "usage_key",
        "org",
        "tags",
        *_TAGS,
        "collections",
        *_COLLECTIONS,
        "type",
        "access_id",
        "last_published",
        "content.problem_types",
        "publish_status",
        "license",
        "license_holder",
        "breadcrumbs.usage_key",
    ],
    # In the order of weight. Titles of courses, breadcrumbs and types are not searched.
    "searchableAttributes": [
        "display_name",
        "block_id",
        "content",
        "description",
        "tags",
        "collections",
        *_TAGS,
        *_COLLECTIONS,
        "published.display_name",
        "published.description",
        "license_texts",
    ],
    "sortableAttributes": list(SORTABLE),
    # A chosen order wins over relevance.
    "rankingRules": ["sort", "words", "typo", "proximity", "attribute", "exactness"],
}

_WITHOUT_ORDER: Final = ("filterableAttributes", "sortableAttributes")


def differing(settings: Mapping[str, object]) -> dict[str, object]:
    """
    Return the wanted settings that an index does not have yet.

    Args:
        settings: the body of a response to ``GET /indexes/{uid}/settings``.

    Returns: the wanted ones that are not there, ready for ``PATCH``. Settings that are not ours do not matter.
    """
    return {name: wanted for name, wanted in INDEX_SETTINGS.items() if not _same(name, settings.get(name), wanted)}


def _same(name: str, found: object, wanted: object) -> bool:
    if name in _WITHOUT_ORDER and isinstance(found, list) and isinstance(wanted, list):
        return sorted(map(str, found)) == sorted(wanted)
    return bool(found == wanted)
