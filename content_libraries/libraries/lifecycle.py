"""Creates, changes and deletes libraries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from openedx_events.content_authoring.data import ContentLibraryData
from openedx_events.content_authoring.signals import (
    CONTENT_LIBRARY_CREATED,
    CONTENT_LIBRARY_DELETED,
    CONTENT_LIBRARY_UPDATED,
)
from openedx_events.tooling import OpenEdxPublicSignal
from organizations import api as organizations_api
from organizations.models import Organization

from .. import conf
from ..actors import Actor, is_operator
from ..errors import InvalidInputError, NotFoundError
from ..keys import LibraryLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.api import MAX_TITLE, PackageID
from . import roles
from .access import access_library, forget_access, get_library, require_create
from .data import Permission, Role
from .models import AccessLevel, ContentLibrary, ContentLibraryPermission, License
from .permissions import permission_backend

MAX_DESCRIPTION: Final = 10_000


def create_library(
    *,
    user: Actor,
    org: str,
    slug: str,
    title: str,
    description: str = "",
    license: str = License.ALL_RIGHTS_RESERVED,  # noqa: A002 - its name everywhere
    allow_public_learning: bool = False,
    allow_public_read: bool = False,
    learning_package: int | None = None,
) -> ContentLibrary:
    """
    Create a library, empty or with restored content.

    The creator becomes its administrator. A library that the operator creates has no team.

    Args:
        org: short name of an organization; created too if it does not exist and the site allows that.
        slug: the library's part of its key; unique in the organization.
        license: one of models.License.
        learning_package: pk of content that the user has restored from a backup, and that no library has yet.

    Raises NotAllowedError; InvalidInputError for a value that breaks a rule, a slug that is taken, or an
    organization that is unknown or closed to the user (wire: libraries-create).
    """
    require_create(user)
    _check_texts(title=title, description=description)
    library = ContentLibrary(
        slug=slug,
        license=license,
        allow_public_learning=allow_public_learning,
        allow_public_read=allow_public_read,
    )
    _check_fields(library)
    with transaction.atomic():
        library.org = _organization(user, org)
        store: Callable[..., PackageID]
        if learning_package is None:
            store = partial(learning_core.create_learning_package, str(library.library_key))
        else:
            store = partial(_adopt, library, learning_package, user)
        _store(library, partial(store, title=title, description=description))
        if not is_operator(user) and user.is_authenticated:
            ContentLibraryPermission.objects.create(library=library, user=user, access_level=AccessLevel.ADMIN)
            roles.assign(user, Role.ADMIN, library.library_key)
        _send(CONTENT_LIBRARY_CREATED, library.library_key)
    return library


def update_library(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    title: str | None = None,
    description: str | None = None,
    license: str | None = None,  # noqa: A002 - its name everywhere
    allow_public_learning: bool | None = None,
    allow_public_read: bool | None = None,
) -> ContentLibrary:
    """
    Change some fields of a library. None leaves a field unchanged.

    Does nothing if all values are None; otherwise the library counts as updated, even if the values are equal. Raises
    NotFoundError, NotAllowedError, and InvalidInputError if a value breaks a rule.
    """
    library = access_library(user, library_key, Permission.EDIT)
    texts = _given(title=title, description=description)
    fields = _given(license=license, allow_public_learning=allow_public_learning, allow_public_read=allow_public_read)
    _check_texts(title=title, description=description)
    for name, value in fields.items():
        setattr(library, name, value)
    _check_fields(library)
    if texts and library.learning_package_id is None:
        raise InvalidInputError(
            gettext("This library has no content to give a title to. Delete it, and create it anew.")
        )
    with transaction.atomic():
        if texts:
            learning_core.update_learning_package(library.learning_package_id, title=title, description=description)
        if fields:
            library.save(update_fields=fields)
        if texts or fields:
            _send(CONTENT_LIBRARY_UPDATED, library_key)
    forget_access()
    return get_library(library_key)


def delete_library(library_key: LibraryLocatorV2, *, user: Actor) -> None:
    """
    Delete a library for good: its content with all history, its team, its roles.

    Raises NotFoundError and NotAllowedError.
    """
    library = access_library(user, library_key, Permission.DELETE)
    with transaction.atomic():
        learning_package_pk = library.learning_package_id
        if learning_package_pk is not None:
            learning_core.lock_package(learning_package_pk)  # first, as every write to the library does
        deleted_rows, _ = library.delete()
        if not deleted_rows:  # another process has just deleted the library
            raise NotFoundError(gettext("There is no library “%(library)s”.") % {"library": library_key})
        if learning_package_pk is not None:
            learning_core.delete_learning_package(learning_package_pk)
        roles.forget_deleted_library()
        _send(CONTENT_LIBRARY_DELETED, library_key)
    forget_access()


def _organization(user: Actor, short_name: str) -> Organization:
    """
    Return the organization of a new library.

    It is created or reactivated if the site and the user's rights allow that. Raises InvalidInputError otherwise.
    """
    try:
        validate_slug(short_name)
        Organization(short_name=short_name).clean_fields(exclude={"name"})
    except ValidationError as error:
        raise InvalidInputError(error.messages[0], field="org", as_list=True) from error
    exists = Organization.objects.filter(short_name=short_name, active=True).exists()
    if not exists and not conf.ORGANIZATIONS_AUTOCREATE.value:
        raise InvalidInputError(
            gettext("No such organization '%(short_name)s' found.") % {"short_name": short_name}, field="org"
        )
    if not is_operator(user) and not permission_backend().may_create_in(user, short_name, exists=exists):
        raise InvalidInputError(
            gettext("User not allowed to create libraries in '%(short_name)s'.") % {"short_name": short_name},
            field="org",
        )
    # Another process may be creating the same organization at this moment; either row will do.
    with suppress(IntegrityError), transaction.atomic():
        organizations_api.ensure_organization(short_name)
    return Organization.objects.get(short_name=short_name)


def _adopt(library: ContentLibrary, learning_package: int, user: Actor, *, title: str, description: str) -> PackageID:
    """
    Make restored content the content of a library.

    Only the owner of the content can do this, because its pk is easily guessed.
    """
    try:
        return learning_core.adopt_learning_package(
            learning_package, str(library.library_key), title=title, description=description, user=user
        )
    except NotFoundError as error:
        message = gettext('Invalid pk "%(pk)s" - object does not exist.') % {"pk": learning_package}
        raise InvalidInputError(message, field="learning_package", as_list=True) from error


def _store(library: ContentLibrary, make_learning_package: Callable[[], PackageID]) -> None:
    """Insert a library and its learning package. The unique keys decide whether the slug is taken."""
    try:
        with transaction.atomic():
            library.learning_package_id = make_learning_package()
            library.save()
    except (IntegrityError, learning_core.PackageExistsError) as error:
        raise InvalidInputError(gettext("A library with that ID already exists."), field="slug") from error


def _check_texts(*, title: str | None, description: str | None) -> None:
    if title is not None and not title.strip():
        raise InvalidInputError(gettext("A library needs a title."), field="title", as_list=True)
    for field, text, limit in (("title", title, MAX_TITLE), ("description", description, MAX_DESCRIPTION)):
        if text is not None and len(text) > limit:
            message = gettext("This is longer than %(limit)s characters. Shorten it.") % {"limit": limit}
            raise InvalidInputError(message, field=field, as_list=True)


def _check_fields(library: ContentLibrary) -> None:
    """Apply the rules of the model's own fields: form and length of the slug, choice of license."""
    try:
        library.clean_fields(exclude={"org", "learning_package"})
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidInputError(messages[0], field=field, as_list=True) from error


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _send(signal: OpenEdxPublicSignal, library_key: LibraryLocatorV2) -> None:
    """Send an event about the library once the transaction commits."""
    data = ContentLibraryData(library_key=library_key)
    transaction.on_commit(partial(signal.send_event, content_library=data))
