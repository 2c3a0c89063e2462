"""Backs up and restores libraries at once, with files of the caller, for commands and for other code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..actors import Actor
from ..errors import DamagedFileError, InvalidInputError
from ..keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.api import DamagedFile
from ..libraries.api import ContentLibrary, Permission, access_library, package_pk, require_create
from .restoring.applying import restore_as_new, restore_into
from .restoring.choosing import partial_archive
from .restoring.data import Action, PlannedCollection, PlannedItem, RestoreMode, RestoreOptions, RestorePlan
from .restoring.links import MovedLinks, courses_with_links, move_links
from .restoring.planning import plan_restore
from .verifying.data import Archive
from .writing.archive import write_archive
from .writing.selection import BackupOptions

_MOST_DAMAGED = 10


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """
    Describes what a restore did, or would do.

    Args:
        plan: what happens to items and collections.
        links: courses with links to the library of the archive, or whose links were moved.
    """

    library_key: LibraryLocatorV2
    plan: RestorePlan
    links: tuple[MovedLinks, ...] = ()


def ref_of(key: ItemKey) -> str:
    """Return the key of an item in an archive: its name in Learning Core, without the library."""
    if isinstance(key, LibraryContainerLocator):
        return str(key.container_id)
    return learning_core.component_ref(key.block_type, key.usage_id)


def write_backup(
    library_key: LibraryLocatorV2,
    path: Path,
    *,
    user: Actor,
    origin: str,
    options: BackupOptions | None = None,
    after_each: Callable[[], None] = lambda: None,
) -> Counter[str]:
    """
    Write an archive of a library. Needs EDIT.

    Args:
        path: where the archive is written to.
        origin: name of this site.
        options: the parts that go in; everything that is not deleted if None.
        after_each: is called after each file and item.

    Returns: how many things of each kind the archive holds. Raises NotFoundError, NotAllowedError, DamagedFileError,
    StorageError and TooLargeToArchiveError.
    """
    library = access_library(user, library_key, Permission.EDIT)
    options = options or BackupOptions()
    check_choice(library, options)
    damaged = learning_core.damaged_files(
        package_pk(library), digests=True, current_only=not options.history, after_each=after_each
    )
    if damaged:
        raise _refusal(library_key, damaged)
    return write_archive(library, path, author=user, origin=origin, options=options, after_each=after_each)


def plan_library_restore(
    library_key: LibraryLocatorV2, archive: Archive, options: RestoreOptions, *, user: Actor
) -> RestoreResult:
    """
    Say what a restore would do. Writes nothing.

    Args:
        library_key: the library; a new one for RestoreMode.NEW.
        user: needs EDIT, or the right to create libraries.

    Raises NotFoundError, NotAllowedError and InvalidInputError.
    """
    if options.mode is RestoreMode.NEW:
        require_create(user)
        plan = _plan_of_new(partial_archive(archive, options))
    else:
        library = access_library(user, library_key, Permission.EDIT)
        plan = plan_restore(package_pk(library), archive, options)
    return RestoreResult(library_key, plan, tuple(courses_with_links(archive, library_key, user=user)))


def restore_library(
    library_key: LibraryLocatorV2,
    archive: Archive,
    path: Path,
    options: RestoreOptions,
    *,
    user: Actor,
    confirmed: str = "",
    safety_copy: Callable[[ContentLibrary], None] | None = None,
    fingerprint: str | None = None,
    with_links: bool = False,
    job_uuid: UUID | None = None,
) -> RestoreResult:
    """
    Restore an archive as a new library, or into one that exists.

    Args:
        archive, path: the archive.
        user: needs EDIT, or the right to create libraries.
        confirmed: for RestoreMode.REPLACE_ALL the key of the library, which the user has typed.
        safety_copy: takes a backup before RestoreMode.REPLACE_ALL. If it raises an error, nothing is restored.
        fingerprint: fingerprint of the plan that the user has seen; None to apply any plan.
        with_links: whether links to the library of the archive move to this library, after the restore.
        job_uuid: the job that restores.

    Raises NotFoundError, NotAllowedError, InvalidInputError, RestoreOutdatedError, StorageError and StorageFullError;
    then the library is unchanged.
    """
    if options.mode is RestoreMode.NEW:
        plan = _plan_of_new(partial_archive(archive, options))
        restore_as_new(library_key, archive, path, options, user=user, job_uuid=job_uuid)
    else:
        library = access_library(user, library_key, Permission.EDIT)
        if options.mode is RestoreMode.REPLACE_ALL:
            check_confirmed(library_key, confirmed)
            if safety_copy is None:
                raise InvalidInputError(_("A replacement of everything takes a backup first. Say where."))
            safety_copy(library)
        plan = restore_into(library, archive, path, options, user=user, fingerprint=fingerprint, job_uuid=job_uuid)
    moved = move_links(archive, library_key, user=user) if with_links else []
    return RestoreResult(library_key, plan, tuple(moved))


def check_confirmed(library_key: LibraryLocatorV2, confirmed: str) -> None:
    """Raise InvalidInputError unless the user has typed the key of the library whose content is replaced."""
    if confirmed != str(library_key):
        raise InvalidInputError(
            _("This deletes what is not in the archive. To go on, confirm it with the key %(library)s.")
            % {"library": library_key},
            field="confirm",
        )


def _plan_of_new(archive: Archive) -> RestorePlan:
    """Return the plan of a restore as a new library: everything is created."""
    return RestorePlan(
        items=tuple(
            PlannedItem(
                key=entity.key,
                action=Action.CREATE,
                target=entity.key,
                item_type=entity.item_type,
                title=entity.versions[max(entity.versions)].title if entity.versions else "",
                version_num=entity.draft,
            )
            for entity in archive.entities.values()
        ),
        collections=tuple(
            PlannedCollection(collection.code, Action.CREATE, collection.code, collection.title)
            for collection in archive.collections
        ),
    )


def check_choice(library: ContentLibrary, options: BackupOptions) -> None:
    """Raise InvalidInputError if the library lacks something that was chosen."""
    if not options.is_partial:
        return
    learning_package_pk = package_pk(library)
    found = learning_core.existing_refs(learning_package_pk, options.items)
    for ref in options.items:
        if ref not in found:
            raise InvalidInputError(_("The library does not have “%(key)s”.") % {"key": ref}, field="items")
    codes = set(learning_core.collection_codes_of(learning_package_pk))
    for code in options.collections:
        if code not in codes:
            text = _("The library does not have the collection “%(code)s”.")
            raise InvalidInputError(text % {"code": code}, field="collections")


def _refusal(library: LibraryLocatorV2, damaged: Collection[DamagedFile]) -> DamagedFileError:
    """Return the error for a library whose archive would hold damaged files."""
    files = [
        _("%(path)s of %(component)s: %(problem)s")
        % {
            "path": file.path,
            "component": LibraryUsageLocatorV2(library, file.block_type, file.code),  # type: ignore[abstract]
            "problem": file.problem,
        }
        for file in damaged
    ]
    text = ngettext(
        "%(count)s file of the library is damaged, and no backup of it is written. Upload the file again, or delete"
        " it; staff of the site can try “check_libraries --repair”. %(files)s",
        "%(count)s files of the library are damaged, and no backup of it is written. Upload the files again, or delete"
        " them; staff of the site can try “check_libraries --repair”. %(files)s",
        len(files),
    )
    shown = [*files[:_MOST_DAMAGED], *(["…"] if len(files) > _MOST_DAMAGED else [])]
    return DamagedFileError(text % {"count": len(files), "files": "\n".join(["", *shown])})
