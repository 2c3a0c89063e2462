"""Creates and renames sections, subsections and units, and changes their children."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import InvalidInputError, NotFoundError
from ..keys import CONTAINER_TYPES, ItemKey, LibraryContainerLocator, LibraryLocatorV2, library_key_of
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, Permission, access_library, author_pk, package_pk
from . import container_settings
from .data import ItemSummary
from .expected_versions import expecting
from .items import access_item, item_summary

MAX_CODE: Final = 255
_CODE: Final = re.compile(r"[\w.-]+")
_RANDOM_BYTES: Final = 3


def create_container(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    container_type: str,
    title: str,
    container_code: str | None = None,
) -> ItemSummary:
    """
    Create an empty container. Needs EDIT.

    Args:
        library_key: the library that gets the container.
        user: the user who creates it.
        container_type: ``unit``, ``subsection`` or ``section``.
        title: not blank.
        container_code: its local slug, unique among containers of all types, deleted ones too; if None, it is
            made from the title and some random digits.

    Raises NotFoundError, NotAllowedError, ConflictError, and InvalidInputError if a value breaks a rule.
    """
    library = access_library(user, library_key, Permission.EDIT)
    if container_type not in CONTAINER_TYPES:
        raise InvalidInputError(
            _("There is no container type “%(container_type)s”; there are %(types)s.")
            % {"container_type": container_type, "types": ", ".join(CONTAINER_TYPES)},
            field="container_type_code",
            as_list=True,
        )
    if container_code is not None:
        _check_code(container_code)
    try:
        pk = learning_core.create_container(
            package_pk(library),
            container_type=container_type,
            container_code=container_code or _code_from(title, container_type),
            title=title,
            author_pk=author_pk(user),
        )
    except learning_core.CodeTakenError as error:
        raise InvalidInputError(
            _("A container with the ID “%(container_code)s” already exists.") % {"container_code": container_code},
            field="slug",
        ) from error
    return item_summary(library, pk)


def append_children(
    key: LibraryContainerLocator, *, user: Actor, child_keys: Sequence[ItemKey], expected_version: int | None = None
) -> ItemSummary:
    """
    Add children at the end of a container, in a new version. Needs EDIT.

    Args:
        key: the container.
        user: the user who adds them.
        child_keys: live items of the same library, of the kind that the container takes; also repeated.
        expected_version: the version that the edit started from; any version if None.

    Returns: the container. Raises NotFoundError (also for an unknown child), NotAllowedError, ConflictError,
    VersionConflictError, and InvalidInputError for children that the container does not take.
    """
    library, container = access_item(user, key, Permission.EDIT)
    with expecting(library, key, container.pk, expected_version), transaction.atomic():
        child_pks = _children_in(library, child_keys)
        version = learning_core.append_children(package_pk(library), container.pk, child_pks, author_pk=author_pk(user))
        _keep_settings(version)
    return item_summary(library, container.pk)


def replace_children(
    key: LibraryContainerLocator, *, user: Actor, child_keys: Sequence[ItemKey], expected_version: int | None = None
) -> ItemSummary:
    """Give a container exactly these children, in this order. See ``append_children``."""
    library, container = access_item(user, key, Permission.EDIT)
    with expecting(library, key, container.pk, expected_version), transaction.atomic():
        child_pks = _children_in(library, child_keys)
        version = learning_core.replace_children(
            package_pk(library), container.pk, child_pks, author_pk=author_pk(user)
        )
        _keep_settings(version)
    return item_summary(library, container.pk)


def remove_children(
    key: LibraryContainerLocator, *, user: Actor, child_keys: Sequence[ItemKey], expected_version: int | None = None
) -> ItemSummary:
    """
    Remove children from a container, at all of their places. See ``append_children``.

    Items that are not children are ignored.
    """
    library, container = access_item(user, key, Permission.EDIT)
    with expecting(library, key, container.pk, expected_version), transaction.atomic():
        child_pks = _children_in(library, child_keys)
        version = learning_core.remove_children(package_pk(library), container.pk, child_pks, author_pk=author_pk(user))
        _keep_settings(version)
    return item_summary(library, container.pk)


def _keep_settings(version: learning_core.NextVersion) -> None:
    """Give the new version of a container the settings of the version before it."""
    container_settings.carry_over({version.base_pk: version.pk})


def _children_in(library: ContentLibrary, child_keys: Sequence[ItemKey]) -> list[int]:
    """
    Return the pks of live items of the library.

    Raises InvalidInputError for keys of another library, and NotFoundError for unknown or deleted items.
    """
    for child_key in child_keys:
        if library_key_of(child_key) != library.library_key:
            raise InvalidInputError(
                _("“%(child)s” is in another library. Copy it into this one first.") % {"child": child_key}
            )
    found = learning_core.find_items(package_pk(library), child_keys)
    for child_key in child_keys:
        if child_key not in found or found[child_key].is_deleted:
            raise NotFoundError(_("There is no “%(child)s”.") % {"child": child_key})
    return [found[child_key].pk for child_key in child_keys]


def _check_code(code: str) -> None:
    if len(code) > MAX_CODE or not _CODE.fullmatch(code):
        raise InvalidInputError(
            _("Enter up to %(limit)s letters, digits, “.”, “-” and “_”.") % {"limit": MAX_CODE},
            field="slug",
            as_list=True,
        )


def _code_from(title: str, container_type: str) -> str:
    """Make a code that an author can recognize: ``alpha-bravo-1a2b3c`` (wire: containers-create)."""
    suffix = f"-{secrets.token_hex(_RANDOM_BYTES)}"
    slug = slugify(title, allow_unicode=True) or container_type
    return slug[: MAX_CODE - len(suffix)] + suffix
