"""Uploads archives, which can then be imported under their keys (ADR 0016)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.core.files.base import File
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from opaque_keys.edx.locator import LibraryLocator

from ... import conf
from ...actors import Actor, is_operator
from ...errors import InvalidInputError, NotAllowedError, NotFoundError
from ...jobs.api import UNFINISHED
from ...keys import CourseKey, LibraryLocatorV2
from ...learning_core.api import MAX_TITLE
from ...libraries.api import Permission, access_library, author_pk, is_global_staff
from ...olx.api import MAX_KEY, OlxError, OlxTree, StaticFile
from ...storage_errors import storage_faults, storage_faults_named
from ...stored_files import local_copy, store_in_field
from ..models import SourceKind, SourceUpload
from ..records.forwarding import refuse_frozen
from .keys import source_digest
from .registry import as_source, source_format, upload_suffix

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UploadedSource:
    """An upload as a source of imports, under the key that it was uploaded under."""

    upload: SourceUpload

    @property
    def name(self) -> str:
        return self.upload.file_name

    def tree(self) -> OlxTree:
        """Read everything but the static files. Raises OlxError, and NotFoundError if the archive is lost."""
        with self._archive() as path, _named_in_errors(self.name, path):
            return as_source(path, key=self.upload.key, file_name=self.name).tree()

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        """Yield static files. Raises OlxError, and NotFoundError if the archive is lost."""
        with self._archive() as path, _named_in_errors(self.name, path):
            yield from as_source(path, file_name=self.name).files(paths, folder=folder)

    @contextmanager
    def _archive(self) -> Iterator[Path]:
        file = self.upload.file
        with storage_faults_named():
            is_there = file.storage.exists(str(file.name))
        if not is_there:
            raise NotFoundError(
                _("The storage has lost the archive %(archive)s. Upload it again.") % {"archive": self.name}
            )
        with local_copy(file) as path:
            yield path


def upload_source(
    library_key: LibraryLocatorV2 | None, *, user: Actor, file: File[bytes], key: CourseKey | None = None
) -> SourceUpload:
    """
    Store an archive, so that it can be imported under its key.

    The whole archive is read once, so its errors are found here and not in the import.

    Args:
        library_key: the library that the archive is meant for; it can be imported into other libraries too. Only staff
            may give None.
        user: needs EDIT on the library.
        file: a file whose name ends in one of ``upload_suffixes``: a course or legacy library, a Common Cartridge, a
            backup of Moodle, questions, or a file in a format that another package reads.
        key: import it under this key instead of its own.

    Raises NotFoundError, NotAllowedError, OlxError, InvalidInputError for a key of another kind, SourceFrozenError if a
    forwarded legacy library has other content than when it was migrated, StorageFullError and StorageError.
    """
    if library_key is not None:
        access_library(user, library_key, Permission.EDIT)
    elif not (is_operator(user) or is_global_staff(user)):
        raise NotAllowedError(_("Name the library that the archive is meant for."))
    upload = SourceUpload(user_id=author_pk(user), file_name=(file.name or "archive").rsplit("/", 1)[-1][-255:])
    store_in_field(upload.file, f"{upload.uuid}{upload_suffix(upload.file_name)}", file)
    is_kept = False
    try:
        with local_copy(upload.file) as path, _named_in_errors(upload.file_name, path):
            tree = as_source(path, key=key, file_name=upload.file_name).tree()
            kind = source_format(path).kind
        _describe(upload, tree, kind=kind)
        refuse_frozen(upload.key, upload.digest, user=user)
        upload.save()
        is_kept = True
    finally:
        if not is_kept:
            upload.file.delete(save=False)
    return upload


def list_sources(*, user: Actor) -> QuerySet[SourceUpload]:
    """Return the uploads that the user may read and import, newest first."""
    return readable(available_uploads(), user).order_by("-pk")


def available_uploads() -> QuerySet[SourceUpload]:
    """Return the uploads whose file was not deleted."""
    return SourceUpload.objects.exclude(file="")


def readable(uploads: QuerySet[SourceUpload], user: Actor) -> QuerySet[SourceUpload]:
    """Filter uploads by whether a user may read them: users read their own uploads, and staff read all."""
    if is_operator(user) or is_global_staff(user):
        return uploads
    return uploads.filter(user_id=user.pk) if user.is_active else uploads.none()


def delete_expired_uploads() -> int:
    """Delete the files of old uploads that no job and no plan needs. Returns how many were deleted."""
    expiry = datetime.now(UTC) - timedelta(days=conf.IMPORT_UPLOAD_DAYS.value)
    in_use = Q(modulestoremigration__job__state__in=UNFINISHED)
    used_lately = Q(modulestoremigration__finished__gt=expiry)
    planned_lately = Q(plans__created__gt=expiry)
    old = available_uploads().filter(created__lt=expiry)
    expired = old.exclude(in_use).exclude(used_lately).exclude(planned_lately)
    count = 0
    for upload in expired:
        try:
            upload.file.delete(save=False)
        except FileNotFoundError:
            pass
        except storage_faults() as error:
            logger.warning("The storage does not delete the archive %s: %s", upload.file.name, error)
            continue
        upload.file = ""
        upload.save(update_fields=["file"])
        count += 1
    return count


@contextmanager
def _named_in_errors(name: str, path: Path) -> Iterator[None]:
    """Replace the path of a stored file in OlxErrors by the name that its owner knows."""
    try:
        yield
    except OlxError as error:
        error.args = (str(error).replace(str(path), name).replace(path.name, name),)
        raise


def _describe(upload: SourceUpload, tree: OlxTree, *, kind: str) -> None:
    if len(str(tree.context_key)) > MAX_KEY:
        raise InvalidInputError(
            _("%(key)s is too long a key. Import it under another one.") % {"key": tree.context_key},
            field="source_key",
            as_list=True,
        )
    upload.key = tree.context_key
    upload.title = tree.display_name[:MAX_TITLE]
    upload.digest = source_digest(tree)
    own_kind = SourceKind.LIBRARY if isinstance(tree.context_key, LibraryLocator) else SourceKind.COURSE
    upload.kind = kind or own_kind
