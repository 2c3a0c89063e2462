"""Creates, lists, reads and saves components."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_unicode_slug
from django.db import transaction
from django.utils.translation import gettext as _

from .. import conf
from ..actors import Actor
from ..block_types import api as block_types
from ..errors import InvalidInputError, NotFoundError
from ..keys import LibraryLocatorV2, LibraryUsageLocatorV2
from ..learning_core import api as learning_core
from ..libraries.api import Permission, access_library, author_pk, package_pk
from ..olx import api as olx_api
from .assets import check_file, paths_of
from .block_types import block_class, default_title, has_children
from .container_settings import carry_over
from .data import ItemSummary, SavedOlx
from .expected_versions import expecting
from .items import access_item, item_summaries, item_summary
from .lazy import LazyList

MAX_CODE: Final = 255


def create_component(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    block_type: str,
    component_code: str,
    can_stand_alone: bool = True,
) -> ItemSummary:
    """
    Create an empty component. Needs EDIT.

    Args:
        library_key: the library that gets the component.
        user: the user who creates it.
        block_type: an installed XBlock type that holds no other blocks.
        component_code: its local slug; unique among all components of that type, deleted ones too.
        can_stand_alone: False when it is made inside a container.

    Raises NotFoundError, NotAllowedError, ConflictError, and InvalidInputError if a value breaks a rule
    (wire: components-create; in that order).
    """
    library = access_library(user, library_key, Permission.EDIT)
    check_limit(package_pk(library), new_components=1)
    _check_code(component_code)
    _check_block_type(block_type, component_code)
    try:
        pk = learning_core.create_component(
            package_pk(library),
            block_type=block_type,
            component_code=component_code,
            title=default_title(block_type),
            olx=f"<{block_type} />",
            can_stand_alone=can_stand_alone,
            author_pk=author_pk(user),
        )
    except learning_core.CodeTakenError as error:
        key = f"lb:{library_key.org}:{library_key.slug}:{block_type}:{component_code}"
        raise InvalidInputError(_("An XBlock with ID '%(key)s' already exists.") % {"key": key}) from error
    return item_summary(library, pk)


def list_components(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    text_search: str = "",
    block_types: Collection[str] = (),
) -> LazyList[ItemSummary]:
    """
    List the live components of a library in the order of their creation. Needs VIEW.

    Args:
        library_key: the library.
        user: the user who asks.
        text_search: part of the draft title or of the code, in any case; all if blank.
        block_types: XBlock types; all if empty.

    Raises NotFoundError and NotAllowedError.
    """
    library = access_library(user, library_key, Permission.VIEW)
    pks = learning_core.live_component_pks(package_pk(library), text_search=text_search, block_types=block_types)
    return LazyList(pks, partial(item_summaries, library))


def get_olx(key: LibraryUsageLocatorV2, *, user: Actor) -> str:
    """
    Read the OLX of a component's draft, exactly as it was stored. Needs VIEW.

    Raises NotFoundError (also if the component is softly deleted) and NotAllowedError.
    """
    return get_saved_olx(key, user=user).olx


def get_saved_olx(key: LibraryUsageLocatorV2, *, user: Actor) -> SavedOlx:
    """Read the OLX of a component's draft with the number of its version; see ``get_olx``."""
    _library, item = access_item(user, key, Permission.VIEW)
    version_pk = item.draft_version_pk
    if version_pk is None:
        raise NotFoundError(_("“%(key)s” is deleted. Restore it first.") % {"key": key})
    olx = learning_core.olx_of([version_pk]).get(version_pk, "")
    return SavedOlx(olx, learning_core.version_nums([version_pk])[version_pk])


def set_olx(
    key: LibraryUsageLocatorV2,
    *,
    user: Actor,
    olx: str,
    files: Mapping[str, bytes | None] | None = None,
    expected_version: int | None = None,
) -> SavedOlx:
    """
    Save the OLX of a component as its next draft version. Needs EDIT.

    Args:
        key: the component.
        user: the user who saves.
        olx: stored unchanged, except that its root tag loses ``url_name``. The title becomes its ``display_name``, or
            the default of its type.
        files: path -> bytes of a file to write, or None to remove the file. Other files stay.
        expected_version: the version that the edit started from; any version if None.

    A deleted component is restored.

    Raises NotFoundError, NotAllowedError, ConflictError, VersionConflictError, OlxError if the OLX is not safe,
    well-formed XML, and InvalidInputError if the OLX has another root tag or is too long, or if a file is not allowed.
    """
    library, item = access_item(user, key, Permission.EDIT, deleted_too=True)
    beside = set(paths_of(item.draft_version_pk)) if files else set()
    for path, data in (files or {}).items():
        check_file(path, len(data or b""), beside=beside)
        beside.add(path)
    block = olx_api.parse_block(olx, limits=block_types.block_type(key.block_type).limits)
    if block.tag != key.block_type:
        raise InvalidInputError(
            _("The OLX of a “%(block_type)s” has to begin with that tag, but this begins with “%(tag)s”.")
            % {"block_type": key.block_type, "tag": block.tag}
        )
    with expecting(library, key, item.pk, expected_version), transaction.atomic():
        version = learning_core.save_component(
            package_pk(library),
            item.pk,
            title=block.attributes.get("display_name", default_title(key.block_type)),
            olx=olx_api.without_url_name(olx),
            files=files,
            author_pk=author_pk(user),
        )
        carry_over({version.base_pk: version.pk})
    return SavedOlx(olx, version.version_num)


def require_version(key: LibraryUsageLocatorV2, *, user: Actor, version_num: int) -> None:
    """
    Refuse an edit early if the draft of a component is at another version. Needs EDIT.

    The write checks the version again, under a lock. Raises VersionConflictError, NotFoundError and NotAllowedError.
    """
    library, item = access_item(user, key, Permission.EDIT)
    with expecting(library, key, item.pk, version_num):
        pass


def check_limit(learning_package_pk: int, *, new_components: int) -> None:
    """Raise InvalidInputError if a library would have too many components with this many more."""
    limit = conf.MAX_BLOCKS_PER_CONTENT_LIBRARY.value
    if learning_core.count_live_items(learning_package_pk) + new_components > limit:
        raise InvalidInputError(_("Library cannot have more than %(limit)s Components.") % {"limit": limit})


def _check_code(code: str) -> None:
    try:
        validate_unicode_slug(code)
    except ValidationError as error:
        raise InvalidInputError(error.messages[0], field="definition_id", as_list=True) from error
    if len(code) > MAX_CODE:
        raise InvalidInputError(
            _("Ensure this field has no more than %(limit)s characters.") % {"limit": MAX_CODE},
            field="definition_id",
            as_list=True,
        )


def check_without_children(block_type: str, code: str) -> None:
    """Raise InvalidInputError for a block type that holds other blocks."""
    if has_children(block_type):
        raise InvalidInputError(
            _('The "%(block_type)s" XBlock (ID: "%(code)s") has children, so it is not supported in content libraries.')
            % {"block_type": block_type, "code": code},
            field="block_type",
        )


def _check_block_type(block_type: str, code: str) -> None:
    check_without_children(block_type, code)
    if block_class(block_type) is None:
        raise InvalidInputError(
            _('The "%(block_type)s" XBlock is not installed on this site.') % {"block_type": block_type},
            field="block_type",
        )
