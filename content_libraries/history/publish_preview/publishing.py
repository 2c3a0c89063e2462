"""Publishes what a preview has shown."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from ...actors import Actor
from ...errors import ConflictError, PlanOutdatedError
from ...keys import ItemKey, LibraryLocatorV2
from ...learning_core import api as learning_core
from ...libraries.api import Permission, access_library, author_pk, package_pk
from ...plan_basis import refuse_outdated
from ..change_sets import describe_change_set
from ..data import ChangeSet
from .previewing import require_items


def publish_previewed(
    library_key: LibraryLocatorV2, *, user: Actor, fingerprint: str, item_keys: Collection[ItemKey] | None = None
) -> ChangeSet:
    """
    Publish items of a library, each with everything in it, in one publish log. Needs PUBLISH.

    Args:
        library_key: the library.
        user: the user who publishes.
        fingerprint: fingerprint of the preview that the user has seen. Another publish is refused.
        item_keys: the items; None for all unpublished changes.

    Raises NotFoundError, NotAllowedError, the InvalidInputError of ``preview_publish``, PlanOutdatedError, and
    ConflictError if there is nothing to publish. On an error nothing is written.
    """
    learning_package_pk = package_pk(access_library(user, library_key, Permission.PUBLISH))
    with transaction.atomic():
        learning_core.lock_package(learning_package_pk)
        found = None if item_keys is None else require_items(learning_package_pk, library_key, item_keys)
        entity_pks = None if found is None else [item.pk for item in found.values()]
        plan = learning_core.plan_publish(learning_package_pk, entity_pks)
        refuse_outdated(fingerprint, plan.basis, _outdated)
        log_pk = learning_core.publish_planned(plan, author_pk=author_pk(user))
        if log_pk is None:
            raise ConflictError(_("There is nothing to publish."))
        log = learning_core.change_sets.change_set_of("published", log_pk)
    return describe_change_set(library_key, log)


def _outdated(_changes: object) -> PlanOutdatedError:
    return PlanOutdatedError(_("Items were changed since the preview. Look at the new preview, then try again."))
