"""Chooses and fills the collections that a source has itself, such as question banks."""

from __future__ import annotations

import hashlib
from collections.abc import Collection as AnyCollection
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Final

from django.utils.translation import gettext_noop

from ...keys import CourseKey
from ...learning_core.api import (
    CollectionFill,
    collection_codes_of,
    collection_summaries,
    enabled_collection_pks,
    fill_collections,
)
from ...olx.api import OlxTree, SourceCollection, SourceNote
from ...site_language import gettext as _
from ..data import MAKING_ACTIONS, Action, ImportPlan, PlannedBlock, SourceGroup
from ..sources.keys import key_of_name
from .codes import code_from_id
from .titles import free_title

MAX_GROUPS: Final = 500
"""How many collections one import fills. Further groups of a source make no collection."""

_MAX_CODE: Final = 120
_TOO_MANY: Final = gettext_noop(
    "The source has %(count)s groups of questions. Collections are made of the first %(limit)s."
)


def plan_groups(
    learning_package_pk: int,
    tree: OlxTree,
    blocks: Iterable[PlannedBlock],
    *,
    made_before: AnyCollection[SourceGroup] = (),
) -> tuple[SourceGroup, ...]:
    """
    Plan the collections of a source. Needs one query.

    Only items that the import makes or restores are put into them. So a repeated import does not bring back what an
    author has taken out of a collection, and makes no collection anew that an author has deleted, unless it has new
    items for it.

    Args:
        tree: the source.
        blocks: all planned blocks.
        made_before: collections of plans that are applied before this one.
    """
    if not tree.collections:
        return ()
    refs = {
        str(block.source_key): block.entity_ref for block in blocks if block.action in MAKING_ACTIONS | {Action.RESTORE}
    }
    taken = {row.code: row.title for row in collection_summaries(enabled_collection_pks(learning_package_pk))}
    taken |= {group.code: group.title for group in made_before}
    groups = []
    for each in tree.collections[:MAX_GROUPS]:
        keys = dict.fromkeys(str(key_of_name(tree, tag, name)) for tag, name in each.keys)
        members = tuple(refs[key] for key in keys if key in refs)
        if not members:
            continue
        wanted = _code(tree.context_key, each)
        code = _among(taken, wanted)
        title = taken[code] if code else free_title(each.title or each.name, set(taken.values()))
        taken[code or wanted] = title
        groups.append(SourceGroup(code or wanted, title, not code, members))
    return tuple(groups)


def note_on_groups(tree: OlxTree) -> tuple[SourceNote, ...]:
    """Return a note if a source has more groups than an import makes collections."""
    if len(tree.collections) <= MAX_GROUPS:
        return ()
    values = {"count": str(len(tree.collections)), "limit": str(MAX_GROUPS)}
    return (SourceNote(_TOO_MANY, values),)


def fill_groups(
    plan: ImportPlan, learning_package_pk: int, entity_pks: Mapping[str, int], *, author_pk: int | None
) -> None:
    """
    Put items into the collections of a source, in the caller's transaction. Collections that are not there are made.

    The number of queries does not grow with the number of collections.
    """
    if not plan.groups:
        return
    there = {row.code for row in collection_summaries(enabled_collection_pks(learning_package_pk))}
    taken = collection_codes_of(learning_package_pk)
    description = _("This collection contains a group of “%(title)s”.") % {"title": plan.source_title}
    fills = {}
    for group in plan.groups:
        code = _among(there, group.code) or _free_code(group.code, taken)
        pks = {entity_pks[ref] for ref in group.entity_refs if ref in entity_pks}
        fills[code] = CollectionFill(code, group.title, description, pks)
    fill_collections(learning_package_pk, list(fills.values()), author_pk=author_pk)


def _code(source_key: CourseKey, group: SourceCollection) -> str:
    """Make the code of a collection, which is the same in every import of the source."""
    digest = hashlib.blake2b(f"{source_key}\0{group.name}".encode(), digest_size=4).hexdigest()
    return f"{code_from_id(group.name, is_ascii=True)[:_MAX_CODE]}-{digest}"


def _among(codes: Iterable[str], wanted: str) -> str:
    """Return the code of the collection that was made for a wanted code, maybe with a number; "" without one."""
    return next((code for code in codes if code == wanted or code.startswith(f"{wanted}-")), "")


def _free_code(wanted: str, taken: AnyCollection[str]) -> str:
    """Return a code that no collection has, also no deleted one."""
    if wanted not in taken:
        return wanted
    return next(free for number in count(1) if (free := f"{wanted}-{number}") not in taken)
