"""
Copies tags from object to object, for many objects at once. Authors cannot edit the copies.

The result is the same as with ``copy_tags`` and ``unmark_copied_tags`` of openedx-tagging, which work object by object.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from openedx_tagging.models import ObjectTag

from ..learning_core.api import in_parts
from ..upstream.openedx_tagging import object_tag

type TagName = tuple[int, str]
"""(taxonomy pk, value): an object has each pair at most once."""


@dataclass(frozen=True, slots=True)
class TagCopy:
    """The effect of a copy: values of tags that are added, and of earlier copies that are removed."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def plan_tag_copies(sources: Mapping[str, str]) -> dict[str, TagCopy]:
    """
    Find the changes that ``copy_tags`` would make.

    Checks no permission.

    Args:
        sources: id of the object that gets tags -> id of the object that it gets them from.

    Returns: object id -> the changes; objects without changes are left out.
    """
    wanted = _tags_of(sources.values())
    stored = _tags_of(sources)
    plans: dict[str, TagCopy] = {}
    for target, source in sources.items():
        new, old = wanted.get(source, {}), stored.get(target, {})
        added = tuple(value for (_taxonomy, value) in sorted(new.keys() - old.keys()))
        removed = tuple(
            value for (taxonomy, value), tag in sorted(old.items()) if tag.is_copied and (taxonomy, value) not in new
        )
        if added or removed:
            plans[target] = TagCopy(added, removed)
    return plans


def copy_tags(sources: Mapping[str, str]) -> list[str]:
    """
    Copy the tags of objects to other objects, as tags that cannot be edited. Checks no permission.

    Earlier copies are removed if the source does not have the tag any more. Tags of the target's own stay; if the
    source has such a tag, too, it becomes a copy.

    Args:
        sources: id of the object that gets tags -> id of the object that it gets them from.

    Returns: ids of the objects whose tags have changed. The caller has to announce these objects (``announce_tags``)
        unless another event reports them.
    """
    with transaction.atomic():
        wanted = _tags_of(sources.values())
        stored = _tags_of(sources)
        gone, marked, new = [], [], []
        lost: set[str] = set()
        for target, source in sources.items():
            theirs, own = wanted.get(source, {}), stored.get(target, {})
            removed = [tag.pk for name, tag in own.items() if tag.is_copied and name not in theirs]
            gone += removed
            lost |= {target} if removed else set()
            marked += [tag.pk for name, tag in own.items() if not tag.is_copied and name in theirs]
            new += [_copy(tag, target) for name, tag in theirs.items() if name not in own]
        for part in in_parts(gone):
            ObjectTag.objects.filter(pk__in=part).delete()
        for part in in_parts(marked):
            ObjectTag.objects.filter(pk__in=part).update(is_copied=True)
        ObjectTag.objects.bulk_create(new, batch_size=500)
    return sorted({*lost, *(tag.object_id for tag in new)})


def clone_tags(sources: Mapping[str, str]) -> None:
    """
    Copy tags to new objects with their state: copied tags stay uneditable, and own tags editable.

    Checks no permission.

    Args:
        sources: id of an object without tags -> id of the object whose tags it gets.
    """
    wanted = _tags_of(sources.values())
    ObjectTag.objects.bulk_create(
        [
            _copy(tag, target, is_copied=tag.is_copied)
            for target, source in sources.items()
            for tag in wanted.get(source, {}).values()
        ],
        batch_size=500,
    )


def release_copied_tags(object_ids: Iterable[str]) -> None:
    """Turn copied tags into the objects' own tags, which authors can edit. Checks no permission."""
    for part in in_parts(object_ids):
        ObjectTag.objects.filter(object_id__in=part, is_copied=True).update(is_copied=False)


def _tags_of(object_ids: Collection[str] | Iterable[str]) -> dict[str, dict[TagName, ObjectTag]]:
    tags: dict[str, dict[TagName, ObjectTag]] = {}
    for part in in_parts(set(object_ids)):
        found: Any = ObjectTag.objects.filter(object_id__in=part, taxonomy__isnull=False)
        for tag in found.select_related("tag", "taxonomy"):
            tags.setdefault(tag.object_id, {})[tag.taxonomy_id, tag.value] = tag
    return tags


def _copy(tag: ObjectTag, object_id: str, *, is_copied: bool = True) -> ObjectTag:
    return object_tag(object_id, tag.taxonomy, tag.tag, tag.value, export_id=tag.export_id, is_copied=is_copied)
