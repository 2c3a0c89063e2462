"""Reads the data of versions that copies of items need besides texts: numbers, files, and the bytes of files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from openedx_content.models_api import ComponentVersionMedia, Media, PublishableEntity, PublishableEntityVersion

from .data import BLOCK_PATH, FileMedia
from .ids import package_id
from .media import FileBytes
from .media_files import has_right_size, read_file
from .rows import in_parts


def version_nums(version_pks: Iterable[int]) -> dict[int, int]:
    """Map version pks to the number of the version in the history of its item."""
    return {
        pk: number
        for part in in_parts(set(version_pks))
        for pk, number in PublishableEntityVersion.objects.filter(id__in=part).values_list("id", "version_num")
    }


def files_of(version_pks: Iterable[int]) -> dict[int, tuple[FileMedia, ...]]:
    """
    Map version pks to the files of the component, sorted by path, without its OLX.

    Versions without files are left out.
    """
    files: dict[int, tuple[FileMedia, ...]] = {}
    for part in in_parts(set(version_pks)):
        rows = (
            ComponentVersionMedia.objects.filter(component_version_id__in=part)
            .exclude(path=BLOCK_PATH)
            .select_related("media__media_type")
            .defer("media__text")
            .order_by("path")
        )
        for row in rows:
            medium = row.media
            file = FileMedia(row.path, medium.mime_type, medium.hash_digest, medium.size)
            files[row.component_version_id] = (*files.get(row.component_version_id, ()), file)
    return files


def files_ever(entity_pks: Collection[int]) -> set[tuple[int, str, str]]:
    """Return (entity pk, path, digest) of all files in any version of the components."""
    entity = "component_version__publishable_entity_version__entity_id"
    return {
        row
        for part in in_parts(entity_pks)
        for row in ComponentVersionMedia.objects.filter(**{f"{entity}__in": part})
        .exclude(path=BLOCK_PATH)
        .values_list(entity, "path", "media__hash_digest")
        .distinct()
    }


def stored_digests(learning_package_pk: int, digests: Iterable[str]) -> set[str]:
    """Return the digests whose bytes are in the learning package, and still in its storage. Raises StorageError."""
    known = {
        digest
        for part in in_parts(set(digests))
        for digest in Media.objects.filter(
            learning_package_id=package_id(learning_package_pk), hash_digest__in=part
        ).values_list("hash_digest", flat=True)
    }
    return known - lost_digests(learning_package_pk, known)


def stored_bytes(learning_package_pk: int) -> FileBytes:
    """
    Make a function that gives ``write_drafts`` the bytes of files of another learning package.

    The function raises DamagedFileError for a file that is lost or damaged, and StorageError.
    """

    def read(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        for part in in_parts(digests):
            media = Media.objects.filter(
                learning_package_id=package_id(learning_package_pk), hash_digest__in=part
            ).select_related("learning_package")
            # The same bytes may be there under two media types.
            for digest, medium in {medium.hash_digest: medium for medium in media}.items():
                yield digest, _bytes(medium)

    return read


def lost_digests(learning_package_pk: int, digests: Iterable[str]) -> set[str]:
    """
    Find the files of the learning package whose bytes are lost, wholly or in part.

    It asks the storage only for sizes. Raises StorageError.
    """
    return {
        medium.hash_digest
        for part in in_parts(set(digests))
        for medium in Media.objects.filter(
            learning_package_id=package_id(learning_package_pk), hash_digest__in=part, text__isnull=True
        ).select_related("learning_package")
        if not has_right_size(medium)
    }


def existing_refs(learning_package_pk: int, entity_refs: Iterable[str]) -> set[str]:
    """Return the names that items of the learning package have, also deleted items."""
    return {
        entity_ref
        for part in in_parts(set(entity_refs))
        for entity_ref in PublishableEntity.objects.filter(
            learning_package_id=package_id(learning_package_pk), entity_ref__in=part
        ).values_list("entity_ref", flat=True)
    }


def _bytes(medium: Media) -> bytes:
    if medium.text is not None:
        return str(medium.text).encode()
    return read_file(medium)
