"""Reads the content of versions, in an archive and in a library, in one shape, so that it can be compared."""

from __future__ import annotations

from collections.abc import Iterable

from ...content.api import ContainerSettingsData, settings_of
from ...learning_core import api as learning_core
from ...learning_core.api import snapshots
from ..format.data import EntityRecord, VersionRecord
from ..verifying.data import Archive
from .media import media_type_in
from .writing import settings_in

type Content = tuple[object, ...]
"""Title, files, children, and settings with the license. Versions with equal content need not replace each other."""


def archived_content(archive: Archive, entity: EntityRecord, version: VersionRecord) -> Content:
    """Return the content of a version in an archive."""
    media = {
        (medium.path, media_type_in(entity, medium), archive.files[medium.member].digest) for medium in version.media
    }
    children = tuple((child.key, child.pinned) for child in version.children)
    return version.title, frozenset(media), children, settings_in(version)


def stored_contents(version_pks: Iterable[int]) -> dict[int, Content]:
    """Map pks of versions in a library to their content."""
    pks = list(version_pks)
    preserved = settings_of(pks)
    found: dict[int, Content] = {}
    for part in learning_core.in_parts(pks):
        for pk, version in snapshots.version_snapshots(part).items():
            found[pk] = (
                version.title,
                frozenset((place.path, place.media_type, place.digest) for place in version.media),
                tuple((place.entity_ref, place.pinned) for place in version.children),
                preserved.get(pk, ContainerSettingsData()),
            )
    return found
