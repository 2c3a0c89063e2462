"""Reads the publish operations that an item took part in, and the changes that went into them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from ..actors import Actor
from ..keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.api import DraftEdit, Publication
from .data import Contributor, HistoryEntry, PublishedEntity, PublishGroup
from .drafts import access_history, entry_of, is_in_scope, newest_first, scope_pks
from .windows import Windows, windows_of


def publish_history(key: ItemKey, *, user: Actor) -> list[PublishGroup]:
    """
    Read the publish operations that a component or container took part in, newest first. Needs VIEW.

    A container takes part with itself and with its present components; each operation is one group. In rows older than
    the column ``direct``, each item is a group of its own (wire: history). Raises NotFoundError and NotAllowedError.
    """
    library, item = access_history(user, key)
    related = learning_core.publications(scope_pks(item), library_key=library.library_key)
    windows = windows_of({each.entity_pk for each in related if is_in_scope(each.key, key)}, related)
    above = _publications_above(related, key, library.library_key)
    groups = [
        group
        for log_pk, members in groupby(sorted(related, key=_log_pk, reverse=True), key=_log_pk)
        for group in _groups(key, list(members), above.get(log_pk, ()), windows)
    ]
    return sorted(groups, key=lambda group: group.published_at, reverse=True)


def publish_entries(key: ItemKey, publish_log_uuid: UUID, *, user: Actor) -> list[HistoryEntry]:
    """
    Read the changes that went into a publish operation, newest first. Needs VIEW.

    Args:
        key: the item whose history this is. The changes of a container include the changes of components below it that
            took part; in older rows, see ``publish_history``, only its own.
        publish_log_uuid: the publish operation.
        user: the user who asks.

    Returns: the entries; empty if the item took no part in the operation. Raises NotFoundError, NotAllowedError.
    """
    library, item = access_history(user, key)
    took_part = {
        publication.entity_pk: publication
        for publication in learning_core.publications(
            scope_pks(item), library_key=library.library_key, log_uuid=publish_log_uuid
        )
        if is_in_scope(publication.key, key) and (publication.direct is not None or publication.key == key)
    }
    windows = windows_of(took_part, learning_core.publications(took_part, library_key=library.library_key))
    return newest_first(
        entry_of(edit, publication.key)
        for pk, publication in took_part.items()
        for edit in reversed(windows[pk].published[publication.log_pk])
    )


def _log_pk(publication: Publication) -> int:
    return publication.log_pk


def _publications_above(
    related: Collection[Publication], key: ItemKey, library_key: LibraryLocatorV2
) -> Mapping[int, Sequence[Publication]]:
    """Map publish logs in which the item was not asked for itself to the publications of containers above it."""
    answered = {each.log_pk for each in related if each.direct is None or (each.direct and each.key == key)}
    members = [each.record_pk for each in related if each.log_pk not in answered and is_in_scope(each.key, key)]
    return learning_core.publications_above(members, library_key=library_key)


def _groups(
    key: ItemKey, related: Sequence[Publication], above: Sequence[Publication], windows: Mapping[int, Windows]
) -> list[PublishGroup]:
    """
    Group the publications of one publish log for the history.

    Args:
        key: the item whose history this is.
        related: the item and the items below it that took part.
        above: the containers of these items that took part.
    """
    members = [each for each in related if is_in_scope(each.key, key)]
    if not members:
        return []
    if members[0].direct is None:
        return [_group([member], [member], windows, scope_key=member.key) for member in members]
    own = [each for each in members if each.key == key and each.direct]
    asked_for = own or [each for each in _unique([*above, *related]) if each.direct]
    scope_key = None if isinstance(key, LibraryContainerLocator) else key
    return [_group(members, asked_for or members[:1], windows, scope_key=scope_key)]


def _unique(publications: Iterable[Publication]) -> list[Publication]:
    return list({each.record_pk: each for each in publications}.values())


def _group(
    members: Sequence[Publication],
    asked_for: Sequence[Publication],
    windows: Mapping[int, Windows],
    *,
    scope_key: ItemKey | None,
) -> PublishGroup:
    log = members[0]
    edits = [edit for member in members for edit in windows[member.entity_pk].published[log.log_pk]]
    return PublishGroup(
        publish_log_uuid=log.log_uuid,
        published_by=log.published_by,
        published_at=log.published_at,
        contributors=_contributors(edits),
        direct_published_entities=tuple(PublishedEntity(each.key, each.title) for each in asked_for),
        scope_entity_key=scope_key,
    )


def _contributors(edits: Iterable[DraftEdit]) -> tuple[Contributor, ...]:
    """
    Return the users who made or deleted versions, the latest first.

    Side effects of changes below an item are not counted.
    """
    made = [edit for edit in edits if edit.old_version_pk != edit.new_version_pk]
    names = (edit.changed_by for edit in sorted(made, key=lambda edit: edit.log_pk, reverse=True))
    return tuple(Contributor(name) for name in dict.fromkeys(names) if name is not None)
