"""Transcripts and thumbnails of videos, for sites that fetch or take them: files of components (ADR 0024)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Final, cast

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.forms import ImageField
from django.utils.translation import gettext as _

from ..actors import Actor
from ..block_types.api import VIDEO
from ..content import api as content
from ..errors import InvalidInputError, NotFoundError
from ..keys import LibraryLocatorV2, LibraryUsageLocatorV2
from ..learning_core import api as learning_core
from ..libraries.api import Permission, access_library, package_pk
from .data import FieldValues
from .editing import add_transcript
from .parsing import parsed_root
from .processes.running import run
from .saving import save_changed
from .site import Site
from .versions import access_version
from .visits import turn_of

_THUMBNAIL: Final = "static/video-thumbnail"
_SUFFIXES: Final = {"GIF": ".gif", "JPEG": ".jpg", "PNG": ".png"}
MAX_THUMBNAIL: Final = 2 * 1024 * 1024
"""Largest thumbnail, in bytes. Thumbnails are loaded with lists of videos."""


def save_transcript(key: LibraryUsageLocatorV2, language: str, srt: bytes, *, user: Actor) -> FieldValues:
    """
    Give a video a transcript, and replace its present transcript in the same language. Needs EDIT.

    File and field change in one version of the draft.

    Returns: all fields after the change. Raises NotFoundError, NotAllowedError, ConflictError, BusyError,
    BlockStoppedError, and InvalidInputError if the block is not a video, the language code is unknown, or the file is
    not SRT in UTF-8.
    """
    block_version = access_version(key, user=user, permission=Permission.EDIT)
    if key.block_type != VIDEO:
        raise InvalidInputError(_("Only videos have transcripts. Choose a video."))
    site = Site(block_version, user)
    changed = run(add_transcript, block_version, language, srt, site=site, who=turn_of(user), about=key)
    return save_changed(block_version, changed, user=user)


def save_thumbnail(library_key: LibraryLocatorV2, video_id: str, image: File[bytes], *, user: Actor) -> content.Asset:
    """
    Save a picture with each video of a library that has an id, and replace the present picture. Needs EDIT.

    All of them change in one draft change log. Their OLX and titles stay, and deleted videos stay deleted.

    Args:
        library_key: the library.
        video_id: the ``edx_video_id`` of the videos.
        image: GIF, JPEG or PNG, of at most 2 MiB.

    Returns: the file, as one of the videos has it. Raises NotFoundError, also if no video has the id,
    NotAllowedError, ConflictError, and InvalidInputError for another file.
    """
    library = access_library(user, library_key, Permission.EDIT)
    path = f"{_THUMBNAIL}{_suffix(image)}"
    image.seek(0)
    data = image.read()
    digest = learning_core.media_digest(data)
    picture = content.FileMedia(path, learning_core.media_type_of(path), digest, len(data))
    with transaction.atomic():
        # The lock comes before the videos are read, so that they do not change before they are written.
        learning_core.lock_package(package_pk(library))
        videos = _videos_with(package_pk(library), library_key, video_id)
        if not videos:
            raise NotFoundError(
                _("No video of %(library)s has the ID “%(video_id)s”.") % {"library": library_key, "video_id": video_id}
            )
        content.write_items(
            user,
            library,
            components=[replace(video, files=(*_other_files(video), picture)) for video in videos.values()],
            file_bytes=lambda _digests: iter([(digest, data)]),
        )
        return content.get_asset(next(iter(videos)), user=user, path=path)


def _suffix(image: File[bytes]) -> str:
    """Return the file name suffix that fits the content of a picture. Raises InvalidInputError."""
    if image.size > MAX_THUMBNAIL:
        raise InvalidInputError(
            _("The picture is larger than 2 MiB. Choose a smaller one."), field="file", as_list=True
        )
    try:
        picture = cast(Any, ImageField().to_python(image)).image
    except ValidationError as error:
        raise InvalidInputError(error.messages[0], field="file", as_list=True) from error
    if picture.format not in _SUFFIXES:
        raise InvalidInputError(_("Choose a GIF, JPEG or PNG picture."), field="file", as_list=True)
    return _SUFFIXES[picture.format]


def _videos_with(
    learning_package_pk: int, library_key: LibraryLocatorV2, video_id: str
) -> dict[LibraryUsageLocatorV2, content.ComponentWrite]:
    """Find the video components whose drafts use a video of the store, with the content of the drafts."""
    pks = [
        pk
        for pk, olx in learning_core.draft_olx_with(learning_package_pk, video_id, block_type=VIDEO).items()
        if parsed_root(olx).get("edx_video_id") == video_id
    ]
    drafts = learning_core.draft_contents(learning_package_pk, pks)
    files = learning_core.files_of(draft.version_pk for draft in drafts.values() if draft.version_pk is not None)
    keys = learning_core.item_keys(learning_package_pk, pks, library_key=library_key)
    return {
        key: content.ComponentWrite(
            key.block_type, key.block_id, drafts[pk].title, drafts[pk].olx, files.get(drafts[pk].version_pk or 0, ())
        )
        for pk, key in keys.items()
        if isinstance(key, LibraryUsageLocatorV2)
    }


def _other_files(video: content.ComponentWrite) -> Iterator[content.FileMedia]:
    """Yield the files of a video, without its thumbnail."""
    return (file for file in video.files if str(PurePosixPath(file.path).with_suffix("")) != _THUMBNAIL)
