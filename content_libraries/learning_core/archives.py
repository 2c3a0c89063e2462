"""Learning packages as archives: written, read, and taken into use under another name."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _
from openedx_content import api as content_api
from openedx_content.models_api import LearningPackage

from ..errors import ContentLibrariesError, NotFoundError
from .packages import PackageExistsError, delete_learning_package

_STAGED: Final = "lp-restore:"
"""What Learning Core lets the name of a package begin with that was read from an archive; the username follows."""


class PackageArchiveError(ContentLibrariesError):
    """
    An archive cannot be read.

    Args:
        log: what is wrong with it, file by file.
    """

    code = "package_archive_unreadable"

    def __init__(self, log: str) -> None:
        super().__init__(_("The archive cannot be read. See the error log for what is wrong with it."))
        self.log = log


@dataclass(frozen=True, slots=True)
class LoadedPackage:
    """
    What an archive has become.

    Args:
        package: pk, ``package_ref`` and figures of the new learning package, as Learning Core tells them.
        origin: by whom, when and where the archive was made; None where it does not say.
    """

    package: dict[str, Any]
    origin: dict[str, Any] | None


def write_package_archive(learning_package_pk: int, path: Path, *, author: User, origin: str) -> None:
    """
    Write a learning package into a zip archive: drafts and published versions, files, collections.

    Args:
        author: who is named in the archive, unless without an e-mail address: such archives cannot be read.
        origin: name of this site.
    """
    package_ref = LearningPackage.objects.values_list("package_ref", flat=True).get(pk=learning_package_pk)
    content_api.create_zip_file(
        package_ref, str(path), user=author if _has_email(author) else None, origin_server=origin
    )


def load_package_archive(path: Path, *, user: User) -> LoadedPackage:
    """
    Make a learning package of an archive, under a name that marks it as the user's and as not in use.

    Raises PackageArchiveError; then nothing is written.
    """
    # The reader trusts its input: whatever is wrong with that shows as the exception that it happens to lead to.
    try:
        with transaction.atomic():
            result = content_api.load_learning_package(str(path), user=user)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        DatabaseError,
        zipfile.BadZipFile,
    ) as error:
        raise PackageArchiveError(f"{type(error).__name__}: {error}") from error
    except ValidationError as error:
        raise PackageArchiveError("\n".join(error.messages)) from error
    package = result["lp_restored_data"]
    if package is None:
        log: StringIO = result["log_file_error"]
        raise PackageArchiveError(log.getvalue())
    return LoadedPackage(package, result["backup_metadata"])


def adopt_learning_package(
    learning_package_pk: int, package_ref: str, *, title: str, description: str, user: User | AnonymousUser | None
) -> LearningPackage.ID:
    """
    Take a package into use that was read from an archive: give it another name.

    Args:
        user: who has read it; None if it does not matter.

    Returns: the pk. Raises NotFoundError where there is no such package, and PackageExistsError for a name that is
    taken.
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
    """Delete a package that was read from an archive, unless it is in use by now or gone."""
    with transaction.atomic():
        if _is_staged(learning_package_pk, user=None):
            delete_learning_package(learning_package_pk)


def _is_staged(learning_package_pk: int, *, user: User | AnonymousUser | None) -> bool:
    """
    Whether a package is one that the user, or with None anybody, has read from an archive, and is not in use.

    It stays so until the caller's transaction ends. Usernames differ by case, which not every database sees.
    """
    begin = _STAGED if user is None else f"{_STAGED}{user.get_username()}:"
    found = LearningPackage.objects.select_for_update().filter(pk=learning_package_pk)
    package_ref = found.values_list("package_ref", flat=True).first()
    return package_ref is not None and str(package_ref).startswith(begin)


def _has_email(user: User) -> bool:
    try:
        validate_email(user.email)
    except ValidationError:
        return False
    return True
