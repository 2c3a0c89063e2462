"""Compares any two states of a component, a container or a block of a course."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from ...actors import Actor
from ...content import api as content
from ...courses import api as courses
from ...errors import InvalidInputError
from ...keys import LibraryContainerLocator, LibraryUsageLocatorV2, library_key_of
from ...learning_core import api as learning_core
from ...learning_core.api import VersionStatus
from ...learning_core.data import ChangeSetLog
from ...libraries import api as libraries
from ...libraries.api import Permission
from ...olx.api import ComparedState, state_difference
from ..change_sets import AnyItemKey, ContextKey, item_place, item_type_of_key
from .data import AfterPublish, AroundChangeSet, Comparison, StateName


@dataclass(frozen=True, slots=True)
class _Place:
    """Locates an item for a user: its library or course, its learning package, and its entity."""

    user: Actor
    key: AnyItemKey
    context_key: ContextKey
    learning_package_pk: int
    entity_pk: int


def compare(before: StateName, after: StateName, *, user: Actor) -> Comparison:
    """
    Compare two states of an item, or of two items of the same type. Needs VIEW for both.

    Children are compared with the titles that they had at the time: for the number of a version, when it was made.

    Raises NotFoundError and NotAllowedError; and InvalidInputError for items of different types, and for a state that
    the item never had, with the field ``before`` or ``after``.
    """
    # Both sides are authorized before anything is read, so that an error about one side tells nothing about the other.
    old_place = _place(before.key, user)
    new_place = old_place if after.key == before.key else _place(after.key, user)
    if item_type_of_key(before.key) != item_type_of_key(after.key):
        raise InvalidInputError(
            _("A %(before)s cannot be compared with a %(after)s. Name two states of one item, or two items of a type.")
            % {"before": item_type_of_key(before.key), "after": item_type_of_key(after.key)},
            field="after",
        )
    old_version, old = _read(old_place, before, "before")
    new_version, new = _read(new_place, after, "after")
    return Comparison(before, after, old_version, new_version, state_difference(old, new))


def _place(key: AnyItemKey, user: Actor) -> _Place:
    return _Place(user, key, *item_place(key, user=user))


def _read(place: _Place, name: StateName, field: str) -> tuple[VersionStatus | None, ComparedState | None]:
    """Read the state with this name; None where the item did not exist. Raises InvalidInputError."""
    version_pk, current = _version(place, name, field)
    if version_pk is None:
        return None, None
    version = learning_core.version_statuses([version_pk])[version_pk]
    if current is None:
        current = partial(learning_core.versions_at, moment=version.created)
    return version, _state(place, version_pk, current)


def _version(place: _Place, name: StateName, field: str) -> tuple[int | None, content.CurrentVersions | None]:
    """
    Return the version of the item, and which versions of its children were current.

    The second is None for the number of a version: the moment when it was made counts then.
    """
    match name.moment:
        case int(number):
            version_pk = learning_core.numbered_version(place.entity_pk, number)
            if version_pk is None:
                raise InvalidInputError(
                    _("“%(key)s” has no version %(number)s. It was never there, or its history was removed.")
                    % {"key": place.key, "number": number},
                    field=field,
                )
            return version_pk, None
        case AroundChangeSet(uuid, before):
            current = _around(_log(place, uuid, field), before=before)
        case AfterPublish(uuid):
            log = _log(place, uuid, field)
            if log.branch != "published":
                raise _unknown_log(place, uuid, field)
            current = _around(log, before=False)
        case branch:
            current = partial(learning_core.current_versions, branch=branch)
    return current([place.entity_pk]).get(place.entity_pk), current


def _around(log: ChangeSetLog, *, before: bool) -> content.CurrentVersions:
    def current(entity_pks: Iterable[int]) -> Mapping[int, int]:
        return learning_core.versions_around(log, entity_pks, before=before)

    return current


def _log(place: _Place, uuid: UUID, field: str) -> ChangeSetLog:
    """Find a log of the library or course of the item. Others count as unknown: the user may not know of them."""
    log = learning_core.change_sets.find_change_set(uuid)
    if log is None or log.learning_package_pk != place.learning_package_pk:
        raise _unknown_log(place, uuid, field)
    return log


def _unknown_log(place: _Place, uuid: UUID, field: str) -> InvalidInputError:
    return InvalidInputError(
        _("There is no such change set or publish in %(context)s: “%(uuid)s”. List those that there are.")
        % {"context": place.context_key, "uuid": uuid},
        field=field,
    )


def _state(place: _Place, version_pk: int, current: content.CurrentVersions) -> ComparedState:
    if isinstance(place.key, LibraryUsageLocatorV2 | LibraryContainerLocator):
        library = libraries.access_library(place.user, library_key_of(place.key), Permission.VIEW)
        return content.item_state(library, place.key, version_pk, current=current)
    return courses.block_state(version_pk, current=current)
