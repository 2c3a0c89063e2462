"""Tags of many objects, as documents show them (wire: search-tags)."""

from __future__ import annotations

from collections.abc import Collection
from itertools import batched
from typing import Final

from openedx_tagging.models import ObjectTag

from ..upstream.openedx_tagging import VALUE

LEVELS: Final = 4
"""Deeper tags are found by their ancestors down to this level."""

_SEPARATOR: Final = " > "
_IN_PARTS_OF: Final = 900

type TagValues = dict[str, list[str]]


def tags_of(object_ids: Collection[str]) -> dict[str, TagValues]:
    """
    Read the tags of objects.

    Deleted tags and tags of disabled taxonomies do not count.

    Args:
        object_ids: key strings of components, containers, collections.

    Returns: object id -> ``{"taxonomy": [...], "level0": [...], ...}``. Objects without tags are left out.
    """
    tags: dict[str, TagValues] = {}
    for part in batched(object_ids, _IN_PARTS_OF):
        rows = (
            ObjectTag.objects.filter(object_id__in=part, taxonomy__enabled=True)
            .exclude(tag=None, taxonomy__allow_free_text=False)
            .order_by("taxonomy__name", VALUE, "pk")
            .values_list("object_id", "taxonomy__name", "tag__lineage", VALUE)
        )
        for object_id, taxonomy, lineage, free_text in rows:
            _add(
                tags.setdefault(object_id, {}),
                taxonomy,
                lineage.rstrip("\t").split("\t") if lineage else [free_text],
            )
    return tags


def attribute_of_tag(tag: str) -> str:
    """
    Return the name of the attribute that lists a tag.

    Args:
        tag: a taxonomy, or a taxonomy and a lineage: ``Location > Europe``.
    """
    depth = tag.count(_SEPARATOR)
    return f"tags.level{min(depth, LEVELS) - 1}" if depth else "tags.taxonomy"


def _add(values: TagValues, taxonomy: str, lineage: list[str]) -> None:
    path = [name.replace(_SEPARATOR, " _ ") for name in [taxonomy, *lineage[:LEVELS]]]
    _append(values, "taxonomy", path[0])
    for level in range(len(path) - 1):
        _append(values, f"level{level}", _SEPARATOR.join(path[: level + 2]))


def _append(values: TagValues, name: str, value: str) -> None:
    listed = values.setdefault(name, [])
    if value not in listed:
        listed.append(value)
