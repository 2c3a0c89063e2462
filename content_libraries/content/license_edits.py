"""Gives items licenses, and containers titles, in new versions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from .. import conf
from ..actors import Actor
from ..errors import InvalidInputError
from ..keys import ItemKey, LibraryContainerLocator, LibraryUsageLocatorV2
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, Permission, author_pk, package_pk
from ..olx import api as olx_api
from .container_settings import settings_of, write_settings
from .data import ContainerSettingsData, ItemLicense, ItemSummary, LicenseChange
from .expected_versions import expecting
from .items import access_item, item_summary
from .licenses import OTHER, course_spelling, license_code
from .licensing import HOLDER, LICENSE, NOTICE, has_own_field, item_license, with_licensing

MAX_LICENSE_TEXT: Final = 2_000
MAX_HOLDER: Final = 500
MAX_NOTICE: Final = 5_000
LIMITS: Final = {"license_text": MAX_LICENSE_TEXT, "license_holder": MAX_HOLDER, "copyright_notice": MAX_NOTICE}
_NO_CHANGE: Final = LicenseChange()


def get_license(key: ItemKey, *, user: Actor) -> ItemSummary:
    """
    Read the draft of a component or container with its license. Needs VIEW.

    Raises NotFoundError (also if the item is softly deleted) and NotAllowedError.
    """
    library, item = access_item(user, key, Permission.VIEW)
    return with_licensing(library, item.pk, item_summary(library, item.pk), published=False)


def set_license(
    key: ItemKey, *, user: Actor, change: LicenseChange, expected_version: int | None = None
) -> ItemSummary:
    """
    Give a component or container a license, in a new version even if nothing changes. Needs EDIT.

    The license of a component whose type has a license among its own fields is written to this field.

    Args:
        key: the item.
        user: the user who edits.
        change: the new values.
        expected_version: the version that the edit started from; any version if None.

    Returns: the item with its license. Raises NotFoundError, NotAllowedError, ConflictError, VersionConflictError;
    OlxError for a component that cannot be read; and InvalidInputError for a license that the site does not offer, for
    a license ``other`` without a text, and for a value that is too long.
    """
    if isinstance(key, LibraryContainerLocator):
        return update_container(key, user=user, change=change, expected_version=expected_version)
    with _editing(key, user, expected_version) as (library, entity_pk, base_pk):
        _license_component(library, key, entity_pk, base_pk, change=change, user=user)
    return with_licensing(library, entity_pk, item_summary(library, entity_pk), published=False)


def update_container(
    key: LibraryContainerLocator,
    *,
    user: Actor,
    title: str | None = None,
    change: LicenseChange = _NO_CHANGE,
    expected_version: int | None = None,
) -> ItemSummary:
    """
    Give a container a new title, a license, or both, in one new version even if nothing changes. Needs EDIT.

    Args:
        key: the container.
        user: the user who edits.
        title: the new title; None keeps the title.
        change: new values of the license.
        expected_version: the version that the edit started from; any version if None.

    Returns: the container with its license. Raises the errors of ``set_license``, and InvalidInputError for a title
    that is too long.
    """
    with _editing(key, user, expected_version) as (library, entity_pk, base_pk):
        _write_container(library, entity_pk, base_pk, change=change, title=title, user=user)
    return with_licensing(library, entity_pk, item_summary(library, entity_pk), published=False)


@contextmanager
def _editing(key: ItemKey, user: Actor, expected_version: int | None) -> Iterator[tuple[ContentLibrary, int, int]]:
    """Yield the library of an item, its entity, and the version to edit, in a transaction. Needs EDIT."""
    library, item = access_item(user, key, Permission.EDIT)
    with expecting(library, key, item.pk, expected_version), transaction.atomic():
        learning_core.lock_package(package_pk(library))
        base_pk = learning_core.current_versions([item.pk], branch="draft").get(item.pk, item.draft_version_pk or 0)
        yield library, item.pk, base_pk


def changed_license(old: ItemLicense, change: LicenseChange) -> ItemLicense:
    """Return a license after a change. Raises InvalidInputError for a value that breaks a rule."""
    for name, limit in LIMITS.items():
        if len(getattr(change, name) or "") > limit:
            raise _refused(name, _("Enter up to %(limit)s characters.") % {"limit": limit})
    code = old.license if change.license is None else license_code(change.license)
    if change.license and (code not in conf.LICENSES.value or (code == OTHER and change.license.strip() != OTHER)):
        raise _refused(
            "license",
            _("There is no license “%(license)s”. Choose one of: %(offered)s.")
            % {"license": change.license[:100], "offered": ", ".join(conf.LICENSES.value)},
        )
    kept_text = old.license_text if change.license is None or code == old.license else ""
    text = kept_text if change.license_text is None else change.license_text.strip()
    if code == OTHER and not text:
        raise _refused("license_text", _("Say which license it is."))
    if code != OTHER and text:
        raise _refused("license_text", _("Only the license “other” has a text. Choose it, or leave the text out."))
    holder = old.license_holder if change.license_holder is None else change.license_holder.strip()
    notice = old.copyright_notice if change.copyright_notice is None else change.copyright_notice.strip()
    return ItemLicense(code, text, holder, notice)


def _write_container(
    library: ContentLibrary,
    entity_pk: int,
    base_pk: int,
    *,
    change: LicenseChange,
    title: str | None,
    user: Actor,
) -> None:
    stored = settings_of([base_pk]).get(base_pk, ContainerSettingsData())
    new = changed_license(item_license(stored), change)
    version = learning_core.rename_container(
        package_pk(library),
        entity_pk,
        title=learning_core.version_titles([base_pk])[base_pk] if title is None else title,
        author_pk=author_pk(user),
    )
    spelling = stored.license if change.license is None and change.license_text is None else _stored(new)
    write_settings({version.pk: _with_license(stored, new, spelling)})


def _license_component(
    library: ContentLibrary,
    key: LibraryUsageLocatorV2,
    entity_pk: int,
    base_pk: int,
    *,
    change: LicenseChange,
    user: Actor,
) -> None:
    stored = settings_of([base_pk]).get(base_pk, ContainerSettingsData())
    olx = learning_core.olx_of([base_pk]).get(base_pk) or f"<{key.block_type}/>"
    new = changed_license(item_license(stored, olx), change)
    spelling = stored.license
    if change.license is not None or change.license_text is not None:
        in_olx = has_own_field(key.block_type)
        spelling = "" if in_olx else _stored(new)
        attribute = course_spelling(_stored(new)) if in_olx else ""
        olx = olx_api.with_attributes(olx, {LICENSE: attribute or None})
    olx = olx_api.with_attributes(olx, {HOLDER: None, NOTICE: None})
    version = learning_core.save_component(
        package_pk(library),
        entity_pk,
        title=learning_core.version_titles([base_pk])[base_pk],
        olx=olx,
        author_pk=author_pk(user),
    )
    write_settings({version.pk: _with_license(stored, new, spelling)})


def _with_license(stored: ContainerSettingsData, new: ItemLicense, spelling: str) -> ContainerSettingsData:
    return replace(stored, license=spelling, license_holder=new.license_holder, copyright_notice=new.copyright_notice)


def _stored(new: ItemLicense) -> str:
    """Return what is stored for a license: its code, or the text of another license."""
    return new.license_text if new.license == OTHER else new.license


def _refused(field: str, message: str) -> InvalidInputError:
    return InvalidInputError(message, field=field, as_list=True)
