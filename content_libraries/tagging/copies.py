"""
Copies tags from object to object, for many objects at once. Authors cannot edit the copies.

The result is the same as with ``copy_tags`` and ``unmark_copied_tags`` of openedx-tagging, which work object by object.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from openedx_tagging.models import ObjectTag, Tag, Taxonomy

from ..learning_core.api import Effect, EffectKind, in_parts, is_recording, record_effects
from ..upstream.openedx_tagging import object_tag
from .objects import announce_tags

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
        before = {target: list(tags.values()) for target, tags in stored.items()}
        changed = [tag for tags in before.values() for tag in tags if tag.pk in {*gone, *marked}]
        copies = [_copy(tag, tag.object_id) for tag in changed if not tag.is_copied]
        record_tags(removed=changed, added=[*new, *copies])
    return sorted({*lost, *(tag.object_id for tag in new)})


def clone_tags(sources: Mapping[str, str]) -> None:
    """
    Copy tags to new objects with their state: copied tags stay uneditable, and own tags editable.

    Checks no permission.

    Args:
        sources: id of an object without tags -> id of the object whose tags it gets.
    """
    wanted = _tags_of(sources.values())
    new = [
        _copy(tag, target, is_copied=tag.is_copied)
        for target, source in sources.items()
        for tag in wanted.get(source, {}).values()
    ]
    ObjectTag.objects.bulk_create(new, batch_size=500)
    record_tags(added=new)


def release_copied_tags(object_ids: Iterable[str]) -> None:
    """Turn copied tags into the objects' own tags, which authors can edit. Checks no permission."""
    for part in in_parts(object_ids):
        copies = ObjectTag.objects.filter(object_id__in=part, is_copied=True)
        if is_recording():
            released = list(copies.select_related("tag", "taxonomy"))
            record_tags(removed=released, added=[_copy(tag, tag.object_id, is_copied=False) for tag in released])
        copies.update(is_copied=False)


def record_tags(*, removed: Iterable[ObjectTag] = (), added: Iterable[ObjectTag] = ()) -> None:
    """Record removed and added tags as effects of the user action that is under way (``learning_core.effects``)."""
    effects: dict[str, Effect] = {}
    for is_new, tags in ((False, removed), (True, added)):
        for tag in tags:
            effect = effects.setdefault(tag.object_id, Effect(EffectKind.TAGS, tag.object_id, [], []))
            (effect.added if is_new else effect.removed).append([tag.taxonomy_id, tag.value, tag.is_copied])
    record_effects(list(effects.values()))


def take_back_tags(effects: Iterable[Effect], *, kept: Collection[str] = ()) -> None:
    """
    Take back what a change set did to tags, as far as it is still there, in the caller's transaction.

    Checks no permission. Tags whose taxonomy or value was deleted do not come back.

    Args:
        effects: effects of the set; other kinds are ignored.
        kept: ids of objects whose tags stay as they are.
    """
    wanted = _net_effects(effect for effect in effects if effect.object_key not in kept)
    stored = _tags_of(wanted)
    gone = [
        stored[object_id][taxonomy_pk, value]
        for object_id, effect in wanted.items()
        for taxonomy_pk, value, is_copied in effect.added
        if (tag := stored.get(object_id, {}).get((taxonomy_pk, value))) is not None and tag.is_copied == is_copied
    ]
    left = {(tag.object_id, tag.taxonomy_id, tag.value) for tags in stored.values() for tag in tags.values()}
    left -= {(tag.object_id, tag.taxonomy_id, tag.value) for tag in gone}
    known = _known_tags({(pk, value) for effect in wanted.values() for pk, value, _copied in effect.removed})
    new = [
        object_tag(
            object_id,
            known[taxonomy_pk, value][0],
            known[taxonomy_pk, value][1],
            value,
            export_id=known[taxonomy_pk, value][0].export_id,
            is_copied=is_copied,
        )
        for object_id, effect in wanted.items()
        for taxonomy_pk, value, is_copied in effect.removed
        if (taxonomy_pk, value) in known and (object_id, taxonomy_pk, value) not in left
    ]
    for part in in_parts(tag.pk for tag in gone):
        ObjectTag.objects.filter(pk__in=part).delete()
    ObjectTag.objects.bulk_create(new, batch_size=500)
    record_tags(removed=gone, added=new)
    for object_id in sorted({tag.object_id for tag in (*gone, *new)}):
        transaction.on_commit(partial(announce_tags, object_id))


def _net_effects(effects: Iterable[Effect]) -> dict[str, Effect]:
    """Return one effect on tags for each object, without what a set has added and removed again, or the reverse."""
    net: dict[str, Effect] = {}
    for effect in effects:
        if effect.kind is not EffectKind.TAGS:
            continue
        whole = net.setdefault(effect.object_key, Effect(EffectKind.TAGS, effect.object_key, [], []))
        for new, to, other in (
            (effect.removed, whole.removed, whole.added),
            (effect.added, whole.added, whole.removed),
        ):
            for tag in new:
                if tag in other:
                    other.remove(tag)
                else:
                    to.append(tag)
    return net


def _known_tags(names: Collection[TagName]) -> dict[TagName, tuple[Taxonomy, Tag | None]]:
    """Find the taxonomies and rows of tags. Free texts have no row. Unknown tags are left out."""
    taxonomies = Taxonomy.objects.in_bulk({taxonomy_pk for taxonomy_pk, _value in names})
    tags: dict[TagName, Tag] = {}
    for part in in_parts({value for _taxonomy_pk, value in names}):
        found = Tag.objects.filter(taxonomy__in=taxonomies.keys(), value__in=part)
        tags.update(((tag.taxonomy_id or 0, tag.value), tag) for tag in found)
    return {
        name: (taxonomies[name[0]], tags.get(name))
        for name in names
        if name[0] in taxonomies and (name in tags or taxonomies[name[0]].allow_free_text)
    }


def _tags_of(object_ids: Collection[str] | Iterable[str]) -> dict[str, dict[TagName, ObjectTag]]:
    tags: dict[str, dict[TagName, ObjectTag]] = {}
    for part in in_parts(set(object_ids)):
        found: Any = ObjectTag.objects.filter(object_id__in=part, taxonomy__isnull=False)
        for tag in found.select_related("tag", "taxonomy"):
            tags.setdefault(tag.object_id, {})[tag.taxonomy_id, tag.value] = tag
    return tags


def _copy(tag: ObjectTag, object_id: str, *, is_copied: bool = True) -> ObjectTag:
    return object_tag(object_id, tag.taxonomy, tag.tag, tag.value, export_id=tag.export_id, is_copied=is_copied)
