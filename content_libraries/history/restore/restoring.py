"""
Previews and applies a restore: of one item, of a container with everything in it, or of a whole library.

Both make the same plan. Each item gets a new version, so that all versions stay in its history (ADR 0046).
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from ...actors import Actor
from ...content.api import access_item, bring_back_versions
from ...errors import InvalidInputError
from ...keys import LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2, library_key_of
from ...learning_core import api as learning_core
from ...learning_core.api import ChangeKind, set_changes
from ...learning_core.data import NumberedVersion
from ...libraries.api import Permission, access_library, author_pk, package_pk
from ..change_sets import describe_change_set, item_type_of_key
from .blocks import plan_block, restore_block
from .data import ItemVersion, LibraryState, RestoreAction, Restored, RestorePlan, RestoreStep, RestoreTarget
from .versions import Versions, no_container, versions_then, wanted_version

_OF_LIBRARY = (LibraryUsageLocatorV2, LibraryContainerLocator)


def preview_restore(target: RestoreTarget, *, user: Actor) -> RestorePlan:
    """Plan a restore, and write nothing. Needs EDIT. Raises the errors of ``restore_versions``."""
    if isinstance(target, ItemVersion) and not isinstance(target.key, _OF_LIBRARY):
        return plan_block(target, target.key, user=user).plan
    plan, _library_key, _learning_package_pk = _plan(target, user)
    return plan


def restore_versions(target: RestoreTarget, *, user: Actor) -> Restored:
    """
    Restore an item, a block or a library: new versions with the content of earlier ones, in one change set. Needs EDIT.

    The published versions stay until somebody publishes. Items that are as wanted already stay as they are.

    Args:
        target: an item and its version, with or without the items in it as they were then; or a library and a publish
            log. Items that the library had not published then are deleted softly. A block of a course that is restored
            without its children keeps the blocks that are in it now. A block that was deleted comes back where it
            stood.
        user: the user who restores.

    Raises NotFoundError for the item or library; InvalidInputError for a version or publish log that does not exist
    (any more), for ``with_children`` of something that is no container, and for a deleted block whose place is gone;
    NotAllowedError and ConflictError. On an error nothing is written.
    """
    if isinstance(target, ItemVersion) and not isinstance(target.key, _OF_LIBRARY):
        return restore_block(target, target.key, user=user)
    with transaction.atomic():
        plan, library_key, learning_package_pk = _plan(target, user, lock=True)
        if not plan.steps:
            return Restored(plan, None)
        with learning_core.named(ChangeKind.RESTORE):
            written = bring_back_versions(
                learning_package_pk,
                {step.entity_pk: step.version_pk for step in plan.steps},
                author_pk=author_pk(user),
            )
        if written.draft_change_log_pk is None:
            return Restored(plan, None)
        log = learning_core.change_sets.change_set_of("draft", written.draft_change_log_pk)
        return Restored(plan, describe_change_set(library_key, log))


def _plan(target: RestoreTarget, user: Actor, *, lock: bool = False) -> tuple[RestorePlan, LibraryLocatorV2, int]:
    """Return the plan, and the key and learning package of the library. Needs EDIT."""
    match target:
        case ItemVersion(key=LibraryUsageLocatorV2() | LibraryContainerLocator() as key):
            library, item = access_item(user, key, Permission.EDIT, deleted_too=True)
            learning_package_pk = package_pk(library)
            if lock:
                learning_core.lock_package(learning_package_pk)
            versions = _versions_of_item(target, item.pk)
            library_key = library_key_of(key)
        case LibraryState(key=library_key):
            library = access_library(user, library_key, Permission.EDIT)
            learning_package_pk = package_pk(library)
            if lock:
                learning_core.lock_package(learning_package_pk)
            versions = _versions_of_library(target, learning_package_pk)
        case ItemVersion():
            raise TypeError(target.key)  # blocks of courses have plans of their own
    return RestorePlan(target, _steps(versions, library_key, learning_package_pk)), library_key, learning_package_pk


def _versions_of_item(target: ItemVersion, entity_pk: int) -> Versions:
    version = wanted_version(target, entity_pk)
    if not target.with_children:
        return {entity_pk: version.pk}
    if not isinstance(target.key, LibraryContainerLocator):
        raise no_container(target)
    return versions_then(entity_pk, version)


def _versions_of_library(target: LibraryState, learning_package_pk: int) -> Versions:
    log = learning_core.find_publish_log(uuid=target.publish_log)
    if log is None or log.learning_package_pk != learning_package_pk:
        text = _("“%(library)s” has no publish log “%(uuid)s” (any more). Choose another one.")
        raise InvalidInputError(text % {"library": target.key, "uuid": target.publish_log}, field="publish_log")
    then = learning_core.published_as_of(log)
    return {pk: then.get(pk) for pk in set_changes.draft_version_pks(learning_package_pk)}


def _steps(versions: Versions, library_key: LibraryLocatorV2, learning_package_pk: int) -> tuple[RestoreStep, ...]:
    drafts = set_changes.draft_version_pks(learning_package_pk, versions.keys())
    changed = {pk: version_pk for pk, version_pk in versions.items() if drafts.get(pk) != version_pk}
    named = set_changes.named_versions(
        found for pk in changed for found in (changed[pk], drafts.get(pk)) if found is not None
    )
    keys = learning_core.item_keys(learning_package_pk, changed.keys(), library_key=library_key)
    steps = []
    for pk, version_pk in changed.items():
        now = named.get(drafts.get(pk) or 0)
        then = named.get(version_pk or 0)
        shown = then or now
        key = keys.get(pk)
        steps.append(
            RestoreStep(
                entity_pk=pk,
                version_pk=version_pk,
                key=key,
                item_type=item_type_of_key(key),
                title=shown.title if shown else "",
                action=_action(now, then),
                from_version=now.version_num if now else None,
                to_version=then.version_num if then else None,
            )
        )
    return tuple(steps)


def _action(now: NumberedVersion | None, then: NumberedVersion | None) -> RestoreAction:
    if then is None:
        return RestoreAction.DELETE
    return RestoreAction.REVERT if now else RestoreAction.RESTORE
