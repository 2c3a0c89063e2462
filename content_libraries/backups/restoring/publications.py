"""Plans which published versions a restore changes: items that are replaced get the published state of the archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...learning_core.api import restored, snapshots
from ..format.data import EntityRecord
from .contents import Content
from .data import WRITTEN, Action, RestoreMode, RestoreOptions


def planned_publications(
    items: Mapping[str, EntityRecord],
    known: Mapping[str, restored.KnownItem],
    actions: Mapping[str, Action],
    options: RestoreOptions,
    *,
    is_published: Callable[[EntityRecord, int], bool],
) -> dict[str, int | None]:
    """
    Return the published versions to set: key in the archive -> number in the archive; None to publish an absence.

    Args:
        is_published: whether the published version of the library has the content of a version of the archive.
    """
    if not options.replaces_published:
        return {}
    found: dict[str, int | None] = {}
    for key, entity in items.items():
        if entity.draft is None and options.mode is not RestoreMode.REPLACE_ALL:
            continue  # an item that is deleted in the archive is left alone
        there = known.get(key)
        published_pk = there.published_version_pk if there else None
        number = entity.published
        if number is None:
            if published_pk is not None:
                found[key] = None
        elif number == entity.draft:
            # The draft and the published version are one version in the archive, and so they are afterwards.
            if actions[key] in WRITTEN or there is None or published_pk != there.draft_version_pk:
                found[key] = number
        elif not is_published(entity, number):
            found[key] = number
    return found


def unpublished_pks(
    learning_package_pk: int, kept: Mapping[str, restored.KnownItem], options: RestoreOptions
) -> tuple[int, ...]:
    """Return the pks of published items that the archive does not have, if everything is replaced."""
    if not options.replaces_published or not options.replaces_everything:
        return ()
    here = {item.pk for item in kept.values()}
    states = snapshots.current_states(learning_package_pk)
    return tuple(sorted(pk for pk, state in states.items() if state.published_pk is not None and pk not in here))


def content_is_published(
    known: Mapping[str, restored.KnownItem], contents: Mapping[int, Content], key: str, content: Content
) -> bool:
    """Return whether the published version of an item in the library has a content."""
    item = known.get(key)
    return item is not None and item.published_version_pk is not None and contents[item.published_version_pk] == content
