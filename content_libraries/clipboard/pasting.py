"""Pastes the clipboard into a library."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from ..actors import Actor
from ..block_types.api import CONTAINERS_OF_TAGS, DISPLAY_NAME
from ..content.api import (
    ContainerSettingsData,
    FileMedia,
    ItemSummary,
    check_without_children,
    item_summary,
    require_template,
    write_items,
)
from ..errors import InvalidInputError
from ..keys import LibraryContainerLocator, LibraryLocatorV2
from ..learning_core.api import ChangeKind, FileBytes, lock_package, named
from ..libraries.api import Permission, access_library, package_pk
from ..olx.api import OlxBlock, parse_block
from ..plan_basis import refuse_outdated
from .copying import get_clipboard
from .models import StagedContent, StagedFile
from .plans import Extras, basis_now, outdated, plan_paste
from .sources import Files, SourceKey, files_of_source, take_snapshot


@dataclass(frozen=True, slots=True)
class OpenClipboard:
    """
    The content that a user has copied, ready to be pasted.

    Args:
        source_key: the item or block that was copied.
        root: the item with everything below it. The attribute ``COPIED_FROM`` of an element names the item or block
            that was copied, ``COPIED_VERSION`` the version.
        files: key of a component or block -> its files whose bytes the source still has.
        lost_files: key of a component or block -> paths of its other files.
        settings: key of a container -> its settings and license, without the title; key of a component -> its license.
    """

    source_key: str
    root: OlxBlock
    suggested_name: str
    files: Mapping[str, tuple[FileMedia, ...]]
    lost_files: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, ContainerSettingsData]
    file_bytes: FileBytes | None


def open_clipboard(user: Actor) -> OpenClipboard:
    """
    Read the clipboard of a user.

    While the library or course that the copy is from exists, the user still needs the rights for copying from it.

    Raises InvalidInputError for an empty clipboard, NotAllowedError, and OlxError for a text that cannot be read.
    """
    staged = get_clipboard(user)
    if staged is None or not staged.is_ready:
        raise InvalidInputError(_("The user's clipboard is empty"))
    rows = list(staged.files.all())
    files = files_of_source(staged.source, {row.digest for row in rows if row.digest}, user=user)
    return OpenClipboard(
        source_key=staged.source_key,
        root=parse_block(staged.olx),
        suggested_name=staged.suggested_url_name,
        files=_media(rows, files),
        lost_files=_lost_files(rows, files),
        settings=_settings(staged),
        file_bytes=files.file_bytes,
    )


def open_copy(key: SourceKey, *, user: Actor) -> OpenClipboard:
    """
    Read an item or block as it would be on the clipboard of a user, whose clipboard stays as it is.

    Raises the errors of ``copy_to_clipboard``.
    """
    snapshot = take_snapshot(key, user=user)
    digests = {file.digest for files in snapshot.files.values() for file in files}
    files = files_of_source(key, digests, user=user)
    return OpenClipboard(
        source_key=str(key),
        root=parse_block(snapshot.olx),
        suggested_name=snapshot.code,
        files={
            name: tuple(file for file in found if file.digest in files.digests)
            for name, found in snapshot.files.items()
        },
        lost_files={
            name: tuple(file.path for file in found if file.digest not in files.digests)
            for name, found in snapshot.files.items()
        },
        settings=snapshot.settings,
        file_bytes=files.file_bytes,
    )


def copy_template(
    key: LibraryContainerLocator, library_key: LibraryLocatorV2, *, user: Actor, title: str | None = None
) -> ItemSummary:
    """
    Make a unit from a template in a library. All components in it are new ones. Needs EDIT, and VIEW of the template.

    Args:
        key: the template, in this or another library.
        library_key: the library that gets the unit.
        user: the author of the unit.
        title: its title; the title of the template if None.

    Raises NotFoundError, NotAllowedError, ConflictError, and InvalidInputError for a unit that is no template, for a
    title that is too long, and if the library would have too many items.
    """
    library = access_library(user, library_key, Permission.EDIT)
    require_template(key, user=user)
    copy = open_copy(key, user=user)
    root = copy.root if title is None else replace(copy.root, attributes={**copy.root.attributes, DISPLAY_NAME: title})
    with transaction.atomic(), named(ChangeKind.TEMPLATE, source_key=key):
        plan = plan_paste(
            root,
            Extras(copy.files, copy.settings),
            learning_package_pk=package_pk(library),
            library_key=library.library_key,
            shares_children=False,
        )
        writes = write_items(
            user,
            library,
            components=plan.components,
            containers=plan.containers,
            container_settings=plan.settings,
            file_bytes=copy.file_bytes,
        )
    return item_summary(library, writes.entity_pks[plan.root_ref])


def paste(library_key: LibraryLocatorV2, *, user: Actor) -> ItemSummary:
    """
    Paste the clipboard of a user into a library as one new item; all of it or nothing is written. Needs EDIT.

    While the library or course that the copy is from exists, the user still needs the rights for copying from it. So
    users who have lost these rights cannot read its files. If it was deleted, the texts are pasted without files.

    The new items do not get the tags of the copied ones (wire: clipboard-paste).

    Raises NotFoundError, NotAllowedError, PlanOutdatedError, ConflictError; OlxError if a text cannot be read, and
    InvalidInputError if the clipboard is empty, if the block holds other blocks, or if the library would have too many
    items.
    """
    library = access_library(user, library_key, Permission.EDIT)
    clip = open_clipboard(user)
    if clip.root.tag not in CONTAINERS_OF_TAGS:
        check_without_children(clip.root.tag, clip.suggested_name)
    learning_package_pk = package_pk(library)
    plan = plan_paste(
        clip.root,
        Extras(clip.files, clip.settings),
        learning_package_pk=learning_package_pk,
        library_key=library.library_key,
    )
    with transaction.atomic(), named(ChangeKind.PASTE, source_key=clip.source_key):
        lock_package(learning_package_pk)
        refuse_outdated(plan.basis, basis_now(plan, learning_package_pk), outdated)
        writes = write_items(
            user,
            library,
            components=plan.components,
            containers=plan.containers,
            container_settings=plan.settings,
            file_bytes=clip.file_bytes,
        )
    return item_summary(library, writes.entity_pks[plan.root_ref])


def _media(rows: Iterable[StagedFile], files: Files) -> Mapping[str, tuple[FileMedia, ...]]:
    """Return, for each component key, its files whose bytes the source still has."""
    media: dict[str, list[FileMedia]] = defaultdict(list)
    for row in rows:
        if row.digest in files.digests:
            media[row.source_key].append(FileMedia(row.path, row.media_type, row.digest, row.size))
    return {key: tuple(files_of_component) for key, files_of_component in media.items()}


def _lost_files(rows: Iterable[StagedFile], files: Files) -> Mapping[str, tuple[str, ...]]:
    lost: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.digest not in files.digests:
            lost[row.source_key].append(row.path)
    return {key: tuple(paths) for key, paths in lost.items()}


def _settings(staged: StagedContent) -> dict[str, ContainerSettingsData]:
    return {key: ContainerSettingsData(**settings) for key, settings in staged.container_settings.items()}
