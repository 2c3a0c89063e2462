"""
Makes previews of publishes.

A preview is made from the same plan that ``learning_core.publish`` writes. All of it is read in a constant number of
queries, whatever the number of items.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from ...actors import Actor, is_operator
from ...errors import InvalidInputError
from ...keys import ItemKey, LibraryLocatorV2, library_key_of
from ...learning_core import api as learning_core
from ...learning_core.api import FoundItem, PublishPlan
from ...libraries.api import Permission, access_library, package_pk
from ...sync.api import updates_offered
from .data import DraftAuthor, DraftLeftOut, PreviewItem, PublishChange, PublishPreview, PublishReason

MOST_LEFT_OUT: Final = 100
"""How many of the items that stay drafts a preview names. It counts all."""

_MOST_NAMED: Final = 5
"""How many keys an error names."""


def preview_publish(
    library_key: LibraryLocatorV2, *, user: Actor, item_keys: Collection[ItemKey] | None = None
) -> PublishPreview:
    """
    Show what publishing items of a library would do now. Needs VIEW.

    Args:
        library_key: the library.
        user: the user who asks. Unpublished changes of other users are named.
        item_keys: the items to publish, each with everything in it; None for all unpublished changes.

    Raises NotFoundError, NotAllowedError, and InvalidInputError for an item that the library does not have, or for an
    empty selection.
    """
    library = access_library(user, library_key, Permission.VIEW)
    learning_package_pk = package_pk(library)
    found = None if item_keys is None else require_items(learning_package_pk, library_key, item_keys)
    entity_pks = None if found is None else [item.pk for item in found.values()]
    plan = learning_core.plan_publish(learning_package_pk, entity_pks)
    return preview_of_plan(plan, library_key, user=user)


def require_items(
    learning_package_pk: int, library_key: LibraryLocatorV2, item_keys: Collection[ItemKey]
) -> dict[ItemKey, FoundItem]:
    """
    Find the items of a selection, deleted ones too.

    Raises InvalidInputError for an empty selection, for items of other libraries, and for items that never existed.
    """
    if not item_keys:
        raise InvalidInputError(_("Choose at least one item."), field="item_keys")
    foreign = [key for key in item_keys if library_key_of(key) != library_key]
    if foreign:
        raise InvalidInputError(
            _("Not all items are in %(library)s: %(items)s.") % {"library": library_key, "items": named(foreign)},
            field="item_keys",
        )
    found = learning_core.find_items(learning_package_pk, item_keys)
    unknown = [key for key in item_keys if key not in found]
    if unknown:
        raise InvalidInputError(
            _("The library has no such items: %(items)s.") % {"items": named(unknown)}, field="item_keys"
        )
    return found


def named(keys: Collection[ItemKey]) -> str:
    """Return the first keys as a text."""
    shown = ", ".join(f"“{key}”" for key in list(keys)[:_MOST_NAMED])
    return f"{shown} …" if len(keys) > _MOST_NAMED else shown


def preview_of_plan(plan: PublishPlan, library_key: LibraryLocatorV2, *, user: Actor) -> PublishPreview:
    """Make the preview of a plan. The caller has checked permissions."""
    items = _items(plan, library_key)
    versions = {item.key: item.new_version for item in items if item.old_version != item.new_version}
    count, left_out_pks = learning_core.drafts_left_out(plan, most=MOST_LEFT_OUT)
    return PublishPreview(
        library_key=library_key,
        fingerprint=plan.basis.fingerprint,
        items=tuple(items),
        left_out=tuple(_left_out(plan, left_out_pks, library_key)),
        left_out_count=count,
        offers=updates_offered(library_key, versions, user=user),
        others=_others(items, user),
    )


def _items(plan: PublishPlan, library_key: LibraryLocatorV2) -> list[PreviewItem]:
    affected = learning_core.affected_containers(plan)
    records = _records(plan, affected)
    versions = learning_core.numbers_and_titles({pk for pair in records.values() for pk in pair if pk is not None})
    edits = learning_core.unpublished_edits({pk: old for pk, (old, new) in records.items() if old != new})
    keys = _keys(plan, library_key, {*records, *(pk for holders in plan.holders.values() for pk in holders)})
    asked_for = plan.asked_for_pks
    items = []
    for entity_pk, (old_pk, new_pk) in sorted(records.items()):
        if entity_pk not in keys:
            continue
        reason = _reason(asked_for=entity_pk in asked_for, changes=old_pk != new_pk)
        holders = sorted(plan.holders.get(entity_pk, ())) if reason is PublishReason.NEEDED else ()
        old_num, old_title = versions[old_pk] if old_pk is not None else (None, "")
        new_num, new_title = versions[new_pk] if new_pk is not None else (None, old_title)
        items.append(
            PreviewItem(
                key=keys[entity_pk],
                title=new_title,
                change=_change(old_pk, new_pk, below=entity_pk in affected),
                reason=reason,
                needed_by=tuple(keys[pk] for pk in holders if pk in keys),
                old_version=old_num,
                new_version=new_num,
                authors=tuple(DraftAuthor(edit.username, edit.at) for edit in edits.get(entity_pk, ())),
            )
        )
    return items


def _records(plan: PublishPlan, affected: Collection[int]) -> dict[int, tuple[int | None, int | None]]:
    """Map the entities of which the publish log would have a record to their versions before and after."""
    records = {item.entity_pk: (item.published_version_pk, item.draft_version_pk) for item in plan.items}
    others = [pk for pk in affected if pk not in records]
    for item in learning_core.plan_publish(plan.learning_package_pk, others, with_contents=False).asked_for:
        records[item.entity_pk] = (item.published_version_pk, item.published_version_pk)
    return records


def _reason(*, asked_for: bool, changes: bool) -> PublishReason:
    if asked_for:
        return PublishReason.ASKED_FOR
    return PublishReason.NEEDED if changes else PublishReason.AFFECTED


def _change(old_pk: int | None, new_pk: int | None, *, below: bool) -> PublishChange:
    if old_pk == new_pk:
        return PublishChange.CONTENTS if below else PublishChange.UNCHANGED
    if new_pk is None:
        return PublishChange.DELETED
    return PublishChange.CREATED if old_pk is None else PublishChange.CHANGED


def _keys(plan: PublishPlan, library_key: LibraryLocatorV2, entity_pks: Iterable[int]) -> Mapping[int, ItemKey]:
    return learning_core.item_keys(plan.learning_package_pk, entity_pks, library_key=library_key)


def _left_out(plan: PublishPlan, entity_pks: Collection[int], library_key: LibraryLocatorV2) -> list[DraftLeftOut]:
    drafts = learning_core.plan_publish(plan.learning_package_pk, entity_pks, with_contents=False).asked_for
    shown = {item.entity_pk: item.draft_version_pk or item.published_version_pk for item in drafts}
    titles = learning_core.version_titles([pk for pk in shown.values() if pk is not None])
    keys = _keys(plan, library_key, entity_pks)
    return [DraftLeftOut(keys[pk], titles.get(shown[pk] or 0, "")) for pk in entity_pks if pk in keys]


def _others(items: Iterable[PreviewItem], user: Actor) -> tuple[DraftAuthor, ...]:
    own = None if is_operator(user) else user.get_username()
    latest: dict[str, datetime] = {}
    for item in items:
        for author in item.authors:
            if author.username is not None and author.username != own:
                latest[author.username] = max(author.changed_at, latest.get(author.username, author.changed_at))
    return tuple(DraftAuthor(username, at) for username, at in sorted(latest.items()))
