"""Reads the OLX of components."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from itertools import chain

from django.db.models import QuerySet
from openedx_content.models_api import ComponentVersionMedia, Media

from ..errors import DamagedFileError
from .data import BLOCK_PATH
from .ids import package_id
from .media_files import read_file
from .rows import in_parts
from .structure import BranchName

logger = logging.getLogger(__name__)


def olx_of(version_pks: Iterable[int], *, skip_damaged: bool = False) -> dict[int, str]:
    """
    Read the OLX of versions of components, exactly as it was stored.

    Args:
        version_pks: pks of publishable entity versions.
        skip_damaged: leave out OLX whose file is lost or damaged, and log it. Only for readers: a writer must not write
            incomplete content.

    Returns: version pk -> OLX. Versions without OLX, and versions of containers, are left out. Raises DamagedFileError
    and StorageError.
    """
    parts = in_parts(set(version_pks))
    return _texts_of(chain.from_iterable(map(_texts_or_none, map(_olx_media, parts))), skip_damaged=skip_damaged)


def package_olx(learning_package_pk: int, *, branch: BranchName) -> dict[int, str]:
    """
    Read the OLX of all components of a branch of a learning package, exactly as it was stored.

    Returns: version pk -> OLX. Raises DamagedFileError and StorageError.
    """
    version = "component_version__publishable_entity_version"
    media = ComponentVersionMedia.objects.filter(
        **{f"{version}__{branch}__entity__learning_package_id": package_id(learning_package_pk)}, path=BLOCK_PATH
    )
    return _texts_of(_texts_or_none(media))


def _texts_or_none(media: QuerySet[ComponentVersionMedia]) -> QuerySet[ComponentVersionMedia, tuple[int, str | None]]:
    """Read version pks and texts; a text that is too long for the database is None, and is read from its file."""
    return media.values_list("component_version_id", "media__text")


def _texts_of(rows: Iterable[tuple[int, str | None]], *, skip_damaged: bool = False) -> dict[int, str]:
    texts: dict[int, str] = {}
    in_files: list[int] = []
    for pk, text in rows:
        if text is None:
            in_files.append(pk)
        else:
            texts[pk] = text
    for part in in_parts(in_files):
        for row in _olx_media(part).select_related("media__learning_package"):
            try:
                texts[row.component_version_id] = text_of(row.media)
            except DamagedFileError as error:
                if not skip_damaged:
                    raise
                logger.warning("The OLX of version %s cannot be read: %s", row.component_version_id, error)
    return texts


def _olx_media(version_pks: Collection[int]) -> QuerySet[ComponentVersionMedia]:
    return ComponentVersionMedia.objects.filter(component_version_id__in=version_pks, path=BLOCK_PATH)


def text_of(media: Media) -> str:
    """
    Read the text of a medium, from the database, or from a file if it is too long for the database.

    Raises DamagedFileError if a file does not match its row, and StorageError.
    """
    text: str | None = media.text
    if text is not None:
        return text
    return read_file(media).decode()
