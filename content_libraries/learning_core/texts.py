"""Reading the OLX of components."""

from __future__ import annotations

from collections.abc import Iterable

from openedx_content.models_api import ComponentVersionMedia, Media

from .data import BLOCK_PATH
from .media_files import read_file
from .rows import in_parts


def olx_of(version_pks: Iterable[int]) -> dict[int, str]:
    """
    Read the OLX of versions of components, exactly as it was stored.

    Args:
        version_pks: pks of publishable entity versions.

    Returns: version pk -> OLX. Versions without OLX, and versions of containers, are left out.
    """
    texts: dict[int, str] = {}
    for part in in_parts(set(version_pks)):
        rows = ComponentVersionMedia.objects.filter(component_version_id__in=part, path=BLOCK_PATH).select_related(
            "media__learning_package"
        )
        for row in rows:
            texts[row.component_version_id] = text_of(row.media)
    return texts


def text_of(media: Media) -> str:
    """
    Read the text of a medium; texts that are too long for the database are in a file.

    Raises DamagedFileError for a file that is not what its row says, and StorageError.
    """
    text: str | None = media.text
    if text is not None:
        return text
    return read_file(media).decode()
