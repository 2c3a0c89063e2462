"""Checks that the files of components are stored undamaged, for the operator of the site."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from ..keys import LibraryLocatorV2, LibraryUsageLocatorV2
from ..learning_core import api as learning_core
from ..libraries.api import get_library, package_pk
from ..libraries.models import ContentLibrary


def check_files(
    library_key: LibraryLocatorV2 | None = None, *, repair: bool = False, digests: bool = False
) -> list[Finding]:
    """
    Find files of components that are missing, cut short, or have other bytes than they should, in all versions.

    Args:
        library_key: look only at this library; at all of them if None.
        repair: put right what can be, from other places that have the same bytes.
        digests: read all files, and do not only ask the storage for their sizes.

    Raises NotFoundError, StorageFullError and StorageError.
    """
    libraries = (
        ContentLibrary.objects.exclude(learning_package=None).select_related("org").order_by("org__short_name", "slug")
        if library_key is None
        else [get_library(library_key)]
    )
    return [finding for library in libraries for finding in _check(library, repair=repair, digests=digests)]


def _check(library: ContentLibrary, *, repair: bool, digests: bool) -> Iterator[Finding]:
    damaged = learning_core.damaged_files(package_pk(library), digests=digests, repair=repair)
    keys = {
        file.entity_pk: str(
            LibraryUsageLocatorV2(library.library_key, file.block_type, file.code)  # type: ignore[abstract]
        )
        for file in damaged
    }
    return learning_core.file_findings(damaged, keys, repair=repair)
