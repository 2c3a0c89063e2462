"""Check that the files of components are stored undamaged and can be restored from backups, for operators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from ..findings import Finding
from ..keys import LibraryLocatorV2, LibraryUsageLocatorV2
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, get_library, package_pk
from ..olx import api as olx


def check_files(
    library_key: LibraryLocatorV2 | None = None, *, repair: bool = False, digests: bool = False
) -> list[Finding]:
    """
    Find files of components that are missing, truncated or corrupt, in all versions.

    Args:
        library_key: look only at this library; at all of them if None.
        repair: restore damaged files from other places that have the same bytes.
        digests: read all files, instead of only asking the storage for their sizes.

    Raises NotFoundError, StorageFullError and StorageError.
    """
    return [
        finding for library in _libraries(library_key) for finding in _check(library, repair=repair, digests=digests)
    ]


def check_file_names(library_key: LibraryLocatorV2 | None = None) -> list[Finding]:
    """
    Find files of components, in drafts and published versions, whose names would make a backup unusable.

    Authors could give such names in older releases. Texts refer to files by their names, so only authors can change
    them. Raises NotFoundError.
    """
    return [finding for library in _libraries(library_key) for finding in _check_names(library)]


def _libraries(library_key: LibraryLocatorV2 | None) -> Iterable[ContentLibrary]:
    if library_key is not None:
        return [get_library(library_key)]
    with_content = ContentLibrary.objects.exclude(learning_package=None)
    return with_content.select_related("org").order_by("org__short_name", "slug")


def _check(library: ContentLibrary, *, repair: bool, digests: bool) -> Iterator[Finding]:
    damaged = learning_core.damaged_files(package_pk(library), digests=digests, repair=repair)
    keys = {file.entity_pk: _key(library, file.block_type, file.code) for file in damaged}
    return learning_core.file_findings(damaged, keys, repair=repair)


def _check_names(library: ContentLibrary) -> Iterator[Finding]:
    names = {
        (block_type, code, path)
        for block_type, code, paths in learning_core.current_paths(package_pk(library))
        for path in olx.cannot_be_packed(paths)
    }
    text = _(
        "No backup of the library can be restored while a file is called “%(path)s”. Upload the file under another"
        " name, refer to that, delete this one, and publish."
    )
    for block_type, code, path in sorted(names):
        yield Finding("names", _key(library, block_type, code), text % {"path": path})


def _key(library: ContentLibrary, block_type: str, code: str) -> str:
    return str(LibraryUsageLocatorV2(library.library_key, block_type, code))  # type: ignore[abstract]
