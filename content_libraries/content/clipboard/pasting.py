"""Pasting the clipboard into a library."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction

from ...errors import InvalidInputError, NotFoundError
from ...keys import LibraryLocatorV2, library_key_of
from ...learning_core import api as learning_core
from ...libraries.api import Actor, Permission, access_library, get_library, package_pk, require
from ...libraries.models import ContentLibrary
from ...olx.api import parse_block
from ..bulk import write_items
from ..components import check_without_children
from ..data import ContainerSettingsData, FileMedia, ItemSummary
from ..items import item_summary
from .copying import get_clipboard
from .models import StagedContent
from .plans import CONTAINER_TYPES_OF_TAGS, Extras, plan_paste


def paste(library_key: LibraryLocatorV2, *, user: Actor) -> ItemSummary:
    """
    Paste the clipboard of a user into a library, as one new item, all of it or nothing. Needs EDIT.

    While the library that it was copied from is there, the user needs the rights for copying from it still:
    REUSE for a component, VIEW for a container. So nobody gets at its files who may not see it any more. When
    that library is gone, the texts are pasted without files.

    Tags of the source are not given to what is pasted (libraries-rest contract, section 9.4).

    Raises NotFoundError, NotAllowedError, ConflictError; OlxError for a text that cannot be read, and
    InvalidInputError for an empty clipboard, a block that holds other blocks, and for more items than the
    library may hold.
    """
    library = access_library(user, library_key, Permission.EDIT)
    staged = get_clipboard(user)
    if staged is None or not staged.is_ready:
        raise InvalidInputError("The user's clipboard is empty")
    source = _source_library(staged, user)
    root = parse_block(staged.olx)
    if root.tag not in CONTAINER_TYPES_OF_TAGS:
        check_without_children(root.tag, staged.suggested_url_name)
    source_package_pk = None if source is None else package_pk(source)
    with transaction.atomic():
        plan = plan_paste(
            root,
            Extras(_files(staged, source_package_pk), _settings(staged)),
            learning_package_pk=package_pk(library),
            library_key=library.library_key,
        )
        writes = write_items(
            user,
            library,
            components=plan.components,
            containers=plan.containers,
            container_settings=plan.settings,
            file_bytes=None if source_package_pk is None else learning_core.stored_bytes(source_package_pk),
        )
    return item_summary(library, writes.entity_pks[plan.root_ref])


def _source_library(staged: StagedContent, user: Actor) -> ContentLibrary | None:
    """The library that something was copied from; None when it is gone. Raises NotAllowedError."""
    try:
        source = get_library(library_key_of(staged.source_item_key))
    except NotFoundError:
        return None
    require(user, source, Permission.VIEW if staged.is_container else Permission.REUSE)
    return source


def _files(staged: StagedContent, source_package_pk: int | None) -> dict[str, tuple[FileMedia, ...]]:
    """Key of a component -> those of its files whose bytes the source still has."""
    if source_package_pk is None:
        return {}
    rows = list(staged.files.exclude(digest=""))
    stored = learning_core.stored_digests(source_package_pk, [row.digest for row in rows])
    files: dict[str, list[FileMedia]] = defaultdict(list)
    for row in rows:
        if row.digest in stored:
            files[row.source_key].append(FileMedia(row.path, row.media_type, row.digest, row.size))
    return {key: tuple(of_component) for key, of_component in files.items()}


def _settings(staged: StagedContent) -> dict[str, ContainerSettingsData]:
    return {key: ContainerSettingsData(**settings) for key, settings in staged.container_settings.items()}
