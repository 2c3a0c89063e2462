"""Lists the legacy libraries that a site knows, with the libraries that they were migrated to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from opaque_keys.edx.locator import LibraryLocator

from ...actors import Actor
from ...libraries.api import viewable_libraries
from ..models import ModulestoreMigration, ModulestoreSource, SourceKind, SourceUpload
from ..sources.uploads import readable


@dataclass(frozen=True, slots=True)
class MigrationTarget:
    """The library that references to a legacy library lead to, and the collection in it; "" for none."""

    key: str
    title: str
    collection_code: str = ""
    collection_title: str = ""


@dataclass(frozen=True, slots=True)
class LegacyLibrary:
    """
    A legacy library.

    Args:
        has_archive: whether the site still has its archive, so that it can be migrated.
        is_migrated: whether references to it lead to a library.
        target: the library that references lead to; None also if the user may not view it.
    """

    key: LibraryLocator
    title: str
    has_archive: bool
    is_migrated: bool
    target: MigrationTarget | None


def list_legacy_libraries(*, user: Actor) -> list[LegacyLibrary]:
    """
    List, by title, the legacy libraries whose archives the user may read, and the legacy libraries that were migrated
    to a library that the user may view. Needs three queries.
    """
    uploads = _newest_uploads(user)
    forwards = _forwards()
    targets = _viewable_targets(forwards.values(), user)
    found = []
    for key in uploads.keys() | {key for key, migration in forwards.items() if migration.target_id in targets}:
        upload, migration = uploads.get(key), forwards.get(key)
        has_archive = upload is not None and bool(upload.file)
        if not has_archive and migration is None:
            continue
        target = _target(migration) if migration is not None and migration.target_id in targets else None
        found.append(
            LegacyLibrary(
                key=key,
                title=upload.title if upload else (target and target.collection_title) or str(key.library),
                has_archive=has_archive,
                is_migrated=migration is not None,
                target=target,
            )
        )
    return sorted(found, key=lambda library: (library.title.casefold(), str(library.key)))


def _newest_uploads(user: Actor) -> dict[LibraryLocator, SourceUpload]:
    uploads = readable(SourceUpload.objects.filter(kind=SourceKind.LIBRARY), user).order_by("pk")
    return {upload.key: upload for upload in uploads if isinstance(upload.key, LibraryLocator)}


def _forwards() -> dict[LibraryLocator, ModulestoreMigration]:
    """Return the migrations that forward legacy libraries, by the key of the legacy library."""
    sources = ModulestoreSource.objects.filter(forwarded__isnull=False).select_related(
        "forwarded__target", "forwarded__target_collection"
    )
    return {
        source.key: source.forwarded
        for source in sources
        if source.forwarded is not None and isinstance(source.key, LibraryLocator)
    }


def _viewable_targets(migrations: Collection[ModulestoreMigration], user: Actor) -> set[int]:
    wanted = {migration.target_id for migration in migrations}
    return set(
        viewable_libraries(user).filter(learning_package_id__in=wanted).values_list("learning_package_id", flat=True)
    )


def _target(migration: ModulestoreMigration) -> MigrationTarget:
    collection = migration.live_collection
    if collection is None:
        return MigrationTarget(migration.target.package_ref, migration.target.title)
    return MigrationTarget(migration.target.package_ref, migration.target.title, collection.code, collection.title)
