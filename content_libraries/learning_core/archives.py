"""Makes learning packages for the content of archives, and puts them into use under another name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import get_ident
from time import time_ns
from typing import Final
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.signals import post_save
from django.utils.translation import gettext as _
from openedx_content import api as content_api
from openedx_content.models_api import LearningPackage

from ..actors import OPERATOR, Actor, is_operator
from ..errors import NotFoundError
from ..storage_errors import storage_faults
from ..upstream.openedx_core import STAGED, folder_of, get_storage
from .packages import PackageExistsError, create_learning_package, delete_learning_package

_MAX_NAME: Final = 300


@dataclass(frozen=True, slots=True)
class StagedPackage:
    """A learning package for the content of an archive, which no library has yet: pk and ``package_ref``."""

    pk: int
    package_ref: str


def create_staged_package(archive_ref: str, *, title: str, description: str, user: User) -> StagedPackage:
    """
    Create an empty learning package for the content of an archive. Its name marks it as the user's, and as not in use.

    Args:
        archive_ref: what the archive calls the package: usually ``lib:ORG:SLUG``.
    """
    _prefix, *parts = archive_ref.split(":")
    name = ":".join(parts[:2]) if len(parts) > 1 else archive_ref
    package_ref = f"{STAGED}{user.get_username()}:{name[:_MAX_NAME]}:{time_ns() // 1_000_000}"
    pk = create_learning_package(package_ref, title=title, description=description)
    return StagedPackage(pk, package_ref)


@contextmanager
def leaving_no_files() -> Iterator[None]:
    """
    Delete the files of learning packages that the ``with`` block has created, if it fails.

    When an archive is read again, its package gets another folder. So the old files would never be used again, and a
    full disk would stay full.
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
