"""Lists and reads releases. Whoever may VIEW a library sees its releases."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from ...actors import Actor
from ...errors import NotFoundError
from ...keys import ItemKey, LibraryLocatorV2, item_key
from ...learning_core import api as learning_core
from ...learning_core.api import PublishPlan
from ...libraries import api as libraries
from ...libraries.api import Permission
from ..change_sets import Listed
from ..models import Release, ReleaseEvent, ReleaseItem
from ..publish_preview.data import PublishPreview
from ..publish_preview.previewing import FIRST_LEFT_OUT, named, preview_of_plan
from ..release_data import RULES, ReleaseAction, ReleaseItemEntry, ReleaseState, possible_actions
from .errors import ItemsDeletedError


def list_releases(
    *, user: Actor, library_key: LibraryLocatorV2 | None = None, state: ReleaseState | None = None
) -> QuerySet[Release]:
    """
    List releases, newest first. Needs VIEW.

    Args:
        user: the user who asks.
        library_key: the library; all that the user may view if None.
        state: only releases in this state.

    Raises NotFoundError and NotAllowedError.
    """
    if library_key is None:
        packages = libraries.viewable_libraries(user).order_by().values("learning_package")
        found = _releases().filter(learning_package__in=packages)
    else:
        library = libraries.access_library(user, library_key, Permission.VIEW)
        found = _releases().filter(learning_package__id=libraries.package_pk(library))
    return found if state is None else found.filter(state=state.value)


def get_release(uuid: UUID, *, user: Actor) -> Release:
    """
    Read a release. Needs VIEW of its library.

    ``item_count`` is an attribute of the row. Raises NotFoundError, also for a release whose library is gone, and
    NotAllowedError.
    """
    return access_release(uuid, user, Permission.VIEW)


def release_items(uuid: UUID, *, user: Actor) -> Listed[ReleaseItemEntry]:
    """List the items of a release. Needs VIEW. Raises NotFoundError and NotAllowedError."""
    release = access_release(uuid, user, Permission.VIEW)
    rows = ReleaseItem.objects.filter(release=release).order_by("pk")
    return Listed(rows.count, lambda start, stop: _entries(release, list(rows[start:stop])))


def release_events(uuid: UUID, *, user: Actor) -> QuerySet[ReleaseEvent]:
    """List the comments on a release and the changes of its state, oldest first. Needs VIEW."""
    release = access_release(uuid, user, Permission.VIEW)
    return ReleaseEvent.objects.filter(release=release).select_related("user").order_by("pk")


def preview_release(uuid: UUID, *, user: Actor, left_out: slice = FIRST_LEFT_OUT) -> PublishPreview:
    """
    Show what publishing a release would do now. Needs VIEW.

    Args:
        uuid: the release.
        user: the user who asks.
        left_out: which of the items that stay drafts are named, the oldest first.

    Raises NotFoundError and NotAllowedError, and ItemsDeletedError if items were deleted after they were chosen.
    """
    release = access_release(uuid, user, Permission.VIEW)
    require_items_there(release)
    return preview_of_plan(plan_of(release), release.key, user=user, left_out=left_out)


def allowed_actions(release: Release, *, user: Actor) -> tuple[ReleaseAction, ...]:
    """Return what a user may do with a release in its state. Needs VIEW. Raises NotFoundError and NotAllowedError."""
    library = libraries.access_library(user, release.key, Permission.VIEW)
    allowed = [
        action
        for action in possible_actions(release.current_state)
        if libraries.may(user, library, RULES[action].permission)
    ]
    author_pk = libraries.author_pk(user)
    is_own = author_pk is not None and author_pk == release.created_by_id
    if not is_own and not libraries.may(user, library, Permission.PUBLISH):
        allowed = [action for action in allowed if action is not ReleaseAction.CANCEL]
    return tuple(allowed)


def access_release(uuid: UUID, user: Actor, permission: Permission) -> Release:
    """
    Find a release for a user who needs a permission in its library.

    Raises NotFoundError for a release that does not exist, or whose library is gone, and NotAllowedError.
    """
    release = _releases().filter(uuid=uuid).first()
    if release is None or release.is_orphan:
        raise NotFoundError(_("There is no release “%(uuid)s”.") % {"uuid": uuid})
    libraries.access_library(user, release.key, permission)
    return release


def plan_of(release: Release) -> PublishPlan:
    """Plan the publish of a release. The caller has checked that its library is there."""
    entity_pks = ReleaseItem.objects.filter(release=release).values_list("entity_pk", flat=True)
    return learning_core.plan_publish(package_pk_of(release), list(entity_pks))


def require_items_there(release: Release) -> None:
    """Raise ItemsDeletedError if items were deleted after they were chosen."""
    chosen = ReleaseItem.objects.filter(release=release, as_deletion=False).order_by("pk")
    keys = dict(chosen.values_list("entity_pk", "item_key"))
    live = learning_core.current_drafts(package_pk_of(release), keys)
    deleted = [item_key(text) for pk, text in keys.items() if pk not in live]
    if deleted:
        raise ItemsDeletedError(
            _(
                "These items were deleted after they were chosen for the release: %(items)s. Restore them, or choose"
                " the items of the release again."
            )
            % {"items": named(deleted)},
            state=release.current_state,
        )


def _releases() -> QuerySet[Release]:
    users = ("created_by", "requested_by", "approved_by")
    # A subquery counts for the rows of one page. A join would count the items of all releases before it is cut.
    counts = ReleaseItem.objects.filter(release=OuterRef("pk")).order_by().values("release").annotate(n=Count("pk"))
    items = Coalesce(Subquery(counts.values("n")), 0)
    return Release.objects.select_related(*users).annotate(item_count=items).order_by("-pk")


def _entries(release: Release, rows: Collection[ReleaseItem]) -> list[ReleaseItemEntry]:
    titles = learning_core.item_titles(package_pk_of(release), [row.entity_pk for row in rows], library_key=release.key)
    entries = []
    for row in rows:
        key: ItemKey = item_key(row.item_key)
        found = titles.get(row.entity_pk)
        title = "" if found is None else found.draft or found.published or ""
        entries.append(ReleaseItemEntry(key, title, row.as_deletion))
    return entries


def package_pk_of(release: Release) -> int:
    if release.learning_package_id is None:
        raise NotFoundError(_("The library “%(library)s” is gone.") % {"library": release.library_key})
    return release.learning_package_id
