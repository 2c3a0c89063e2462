"""Writes learning packages into archives, reads archives, and puts read packages into use under another name."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from threading import get_ident
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models.signals import post_save
from django.utils.translation import gettext as _
from openedx_content import api as content_api
from openedx_content.models_api import LearningPackage, Media

from ..actors import OPERATOR, Actor, is_operator
from ..errors import ContentLibrariesError, NotFoundError, StorageError
from ..storage_errors import storage_faults, storage_faults_named, storage_full
from ..upstream.openedx_core import STAGED, DraftChangeLog, PublishLog, folder_of, get_storage
from .media_files import damage_of
from .packages import PackageExistsError, delete_learning_package


class PackageArchiveError(ContentLibrariesError):
    """
    An archive cannot be read.

    Args:
        log: the errors in it, file by file.
    """

    code = "package_archive_unreadable"

    def __init__(self, log: str) -> None:
        super().__init__(_("The archive cannot be read. See the error log for what is wrong with it."))
        self.log = log


@dataclass(frozen=True, slots=True)
class LoadedPackage:
    """
    The learning package that was restored from an archive.

    Args:
        package: pk, ``package_ref`` and figures of the new learning package, as Learning Core reports them.
        origin: by whom, when and where the archive was made; None if the archive does not say.
    """

    package: dict[str, Any]
    origin: dict[str, Any] | None


def write_package_archive(learning_package_pk: int, path: Path, *, author: User, origin: str) -> None:
    """
    Write a learning package into a zip archive: drafts, published versions, files and collections.

    Args:
        author: the user who is named in the archive, unless without an e-mail address: such archives cannot be read.
        origin: name of this site.
    """
    package_ref = LearningPackage.objects.values_list("package_ref", flat=True).get(pk=learning_package_pk)
    content_api.create_zip_file(
        package_ref, str(path), user=author if _has_email(author) else None, origin_server=origin
    )


def load_package_archive(path: Path, *, user: User) -> LoadedPackage:
    """
    Make a learning package from an archive. Its name marks it as the user's, and as not in use.

    Raises PackageArchiveError, StorageFullError and StorageError; then nothing is written, and no file is left.
    """
    with transaction.atomic(), _leaving_no_files(), storage_faults_named():
        result = _load(path, user)
        package = result["lp_restored_data"]
        if package is None:
            log: StringIO = result["log_file_error"]
            raise PackageArchiveError(log.getvalue())
        _check_files(package["id"])
        _sign_logs(package["id"], user)
    return LoadedPackage(package, result["backup_metadata"])


def _load(path: Path, user: User) -> dict[str, Any]:
    # Learning Core's reader trusts its input, so that a broken archive may lead to any exception.
    try:
        with transaction.atomic():
            loaded: dict[str, Any] = content_api.load_learning_package(str(path), user=user)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        DatabaseError,
        zipfile.BadZipFile,
    ) as error:
        if full := storage_full(error):
            raise full from error
        raise PackageArchiveError(f"{type(error).__name__}: {error}") from error
    except ValidationError as error:
        raise PackageArchiveError("\n".join(error.messages)) from error
    return loaded


def _sign_logs(learning_package_pk: int, user: User) -> None:
    """Name the user who restores an archive in the logs of the restore, which Learning Core leaves without a user."""
    package_id = LearningPackage.LearningPackageID(learning_package_pk)
    DraftChangeLog.objects.filter(learning_package_id=package_id).update(changed_by=user)
    PublishLog.objects.filter(learning_package_id=package_id).update(published_by=user)


def _check_files(learning_package_pk: int) -> None:
    """Raise StorageError if the storage has not kept all of a file. Learning Core does not check this."""
    media = Media.objects.filter(learning_package_id=learning_package_pk, has_file=True)
    for medium in media.select_related("learning_package"):
        if problem := damage_of(medium, digests=False):
            raise StorageError(
                _("The storage of files of this site did not keep a file of the archive: %(problem)s. Try again.")
                % {"problem": problem}
            )


@contextmanager
def _leaving_no_files() -> Iterator[None]:
    """
    Delete the files of learning packages that the ``with`` block has created, if it fails.

    Learning Core writes files while it reads an archive. When an archive is read again, its package gets other file
    names. So the old files would never be used again, and a full disk would stay full.
    """
    folders: list[str] = []
    thread, receiver = get_ident(), f"content_libraries.learning_core.{uuid4()}"

    def note(instance: LearningPackage, *, created: bool, **_kwargs: object) -> None:
        if created and get_ident() == thread:
            folders.append(folder_of(instance.uuid))

    post_save.connect(note, sender=LearningPackage, weak=False, dispatch_uid=receiver)
    is_done = False
    try:
        yield
        is_done = True
    finally:
        post_save.disconnect(sender=LearningPackage, dispatch_uid=receiver)
        if not is_done:
            for folder in folders:
                _delete_folder(folder)


def _delete_folder(folder: str) -> None:
    """Delete a folder of the storage with its files. Files that the storage cannot delete stay."""
    with suppress(*storage_faults()):
        _folders, files = get_storage().listdir(folder)
        for file in files:
            get_storage().delete(f"{folder}/{file}")
        get_storage().delete(folder)


def adopt_learning_package(
    learning_package_pk: int, package_ref: str, *, title: str, description: str, user: Actor
) -> LearningPackage.ID:
    """
    Put a package that was read from an archive into use, under another name.

    Args:
        user: the user who has read the archive, or the operator.

    Returns: the pk. Raises NotFoundError if no such package exists, and PackageExistsError if the name is taken.
    """
    package_id = LearningPackage.LearningPackageID(learning_package_pk)
    try:
        with transaction.atomic():
            if not _is_staged(learning_package_pk, user=user):
                raise NotFoundError(_("There is no restored content of yours with this id. Restore the archive again."))
            content_api.update_learning_package(package_id, package_ref, title=title, description=description)
    except IntegrityError as error:
        raise PackageExistsError(package_ref) from error
    return package_id


def delete_staged(learning_package_pk: int) -> None:
    """Delete a package that was read from an archive, unless it is already in use or deleted."""
    with transaction.atomic():
        if _is_staged(learning_package_pk, user=OPERATOR):
            delete_learning_package(learning_package_pk)


def _is_staged(learning_package_pk: int, *, user: Actor) -> bool:
    """
    Return whether the user has read a package from an archive, and it is not in use yet.

    For the operator, any user may have read it. The package stays unused until the caller's transaction ends. Usernames
    are compared case-sensitively, which not every database does.
    """
    begin = STAGED if is_operator(user) else f"{STAGED}{user.get_username()}:"
    found = LearningPackage.objects.select_for_update().filter(pk=learning_package_pk)
    package_ref = found.values_list("package_ref", flat=True).first()
    return package_ref is not None and str(package_ref).startswith(begin)


def _has_email(user: User) -> bool:
    try:
        validate_email(user.email)
    except ValidationError:
        return False
    return True
