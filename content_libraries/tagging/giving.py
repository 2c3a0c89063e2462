"""Adds tags, which are known by name, to many objects, as archives name them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from openedx_tagging.models import ObjectTag, Tag, Taxonomy

from ..learning_core.api import in_parts
from ..libraries.api import ContentLibrary
from ..upstream.openedx_tagging import VALUE, object_tag
from .copies import record_tags
from .objects import announce_tags
from .taxonomies import taxonomies_for

type NamedTag = tuple[str, str]
"""Export id of a taxonomy, and a value."""

MOST_TAGS: Final = 100
"""How many tags openedx-tagging gives an object."""

_MAX_FREE_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class KnownTags:
    """
    Tags, with whether they can be given in a library.

    Args:
        tags: name -> its taxonomy, and its row there; None in a taxonomy of free text.
        reasons: name -> why it cannot be given.
    """

    tags: Mapping[NamedTag, tuple[Taxonomy, Tag | None]]
    reasons: Mapping[NamedTag, str]


def known_tags(library: ContentLibrary, names: Collection[NamedTag]) -> KnownTags:
    """Find tags by their names; upper and lower case do not matter. Needs one query for each taxonomy."""
    if not names:
        return KnownTags({}, {})
    taxonomies = {
        taxonomy.export_id.casefold(): taxonomy for taxonomy in taxonomies_for([library.org_id]).filter(enabled=True)
    }
    tags: dict[NamedTag, tuple[Taxonomy, Tag | None]] = {}
    reasons: dict[NamedTag, str] = {}
    for export_id in sorted({export_id for export_id, _value in names}):
        values = [value for taxonomy, value in names if taxonomy == export_id]
        taxonomy = taxonomies.get(export_id.casefold())
        if taxonomy is None:
            text = _("“%(organization)s” has no taxonomy “%(taxonomy)s”.")
            missing = text % {"organization": library.org.short_name, "taxonomy": export_id}
            reasons |= {(export_id, value): missing for value in values}
            continue
        found = _found(taxonomy, values)
        tags |= {(export_id, value): (taxonomy, found[value]) for value in values if value in found}
        missing = _("The taxonomy “%(taxonomy)s” has no such tag.") % {"taxonomy": taxonomy.name}
        reasons |= {(export_id, value): missing for value in values if value not in found}
    return KnownTags(tags, reasons)


def add_tags(
    library: ContentLibrary, wanted: Mapping[str, Collection[NamedTag]], *, announced: Collection[str]
) -> None:
    """
    Add tags to objects, in the caller's transaction. Checks no permission.

    Names that the site does not know any more are left out, and so are tags beyond MOST_TAGS.

    Args:
        wanted: object id -> names of tags.
        announced: objects to announce after commit if they get tags. New objects are announced by their creation.
    """
    known = known_tags(library, {name for names in wanted.values() for name in names}).tags
    stored: dict[str, set[tuple[int, str]]] = {}
    for part in in_parts(wanted):
        rows = ObjectTag.objects.filter(object_id__in=part, taxonomy__isnull=False)
        for object_id, taxonomy_pk, value in rows.values_list("object_id", "taxonomy_id", VALUE):
            stored.setdefault(object_id, set()).add((taxonomy_pk or 0, value.casefold()))
    new: list[ObjectTag] = []
    for object_id, names in wanted.items():
        own = stored.setdefault(object_id, set())
        given = len(new)
        for taxonomy, tag, value in ((*known[name], name[1]) for name in names if name in known):
            place = taxonomy.pk, (tag.value if tag else value).casefold()
            if place not in own and len(own) < MOST_TAGS:
                own.add(place)
                new.append(_object_tag(object_id, taxonomy, tag, value))
        if len(new) > given and object_id in announced:
            transaction.on_commit(partial(announce_tags, object_id))
    ObjectTag.objects.bulk_create(new, batch_size=500)
    record_tags(added=new)


def remove_other_tags(wanted: Mapping[str, Collection[NamedTag]]) -> None:
    """
    Remove the tags of objects that are not named, in the caller's transaction. Checks no permission.

    Tags that ``named_tags_of`` does not show stay.

    Args:
        wanted: object id -> names of the tags that stay.
    """
    gone: list[ObjectTag] = []
    for part in in_parts(wanted):
        rows = ObjectTag.objects.filter(object_id__in=part, taxonomy__enabled=True).select_related("tag", "taxonomy")
        for row in rows.exclude(tag=None, taxonomy__allow_free_text=False):
            names = {(export_id, value.casefold()) for export_id, value in wanted[row.object_id]}
            if row.taxonomy and (row.taxonomy.export_id, row.value.casefold()) not in names:
                gone.append(row)
    for pks in in_parts([row.pk for row in gone]):
        ObjectTag.objects.filter(pk__in=pks).delete()
    record_tags(removed=gone)
    for object_id in sorted({row.object_id for row in gone}):
        transaction.on_commit(partial(announce_tags, object_id))


def named_tags_of(object_ids: Collection[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Map each object to its tags by name: export id of a taxonomy -> values. Objects without tags are left out."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for part in in_parts(object_ids):
        rows = (
            ObjectTag.objects.filter(object_id__in=part, taxonomy__enabled=True)
            .exclude(tag=None, taxonomy__allow_free_text=False)
            .order_by("pk")
            .values_list("object_id", "taxonomy__export_id", VALUE)
        )
        for object_id, export_id, value in rows:
            tags = found.setdefault(object_id, {})
            tags[export_id] = (*tags.get(export_id, ()), value)
    return found


def _found(taxonomy: Taxonomy, values: Collection[str]) -> dict[str, Tag | None]:
    if taxonomy.allow_free_text:
        return {value: None for value in values if value and len(value) <= _MAX_FREE_TEXT}
    tags: dict[str, Tag] = {}
    # Not every database compares values without regard to case, as openedx-tagging wants it, so the query does.
    folded = taxonomy.tag_set.annotate(folded=Lower("value"))
    for part in in_parts(values):
        found = folded.filter(Q(value__in=part) | Q(folded__in=[value.lower() for value in part]))
        tags |= {tag.value.casefold(): tag for tag in found}
    return {value: tags[value.casefold()] for value in values if value.casefold() in tags}


def _object_tag(object_id: str, taxonomy: Taxonomy, tag: Tag | None, value: str) -> ObjectTag:
    return object_tag(object_id, taxonomy, tag, tag.value if tag else value, export_id=taxonomy.export_id)
