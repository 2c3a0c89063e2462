"""Compares the stored files of components with their rows, and repairs files whose bytes are also stored elsewhere."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from openedx_content.models_api import ComponentVersionMedia, Media

from ..errors import StorageError
from ..findings import Finding
from ..storage_errors import storage_faults_named
from ..upstream.openedx_core import get_storage
from .ids import package_id
from .media_files import damage_of, media_digest, read_file, write_file
from .rows import in_parts

_VERSION: Final = "component_version__publishable_entity_version"


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """
    A file of a component whose stored bytes do not match its row.

    Args:
        entity_pk: the component.
        block_type, code: type and code of the component.
        path: path of the file in the component.
        versions: numbers of the versions of the component that have the file.
        problem: a description of the damage, as a part of a sentence.
        is_repaired: whether the file has been repaired.
    """

    entity_pk: int
    block_type: str
    code: str
    path: str
    versions: tuple[int, ...]
    problem: str
    is_repaired: bool = False


def damaged_files(
    learning_package_pk: int,
    *,
    digests: bool = False,
    current_only: bool = False,
    repair: bool = False,
    after_each: Callable[[], None] = lambda: None,
) -> list[DamagedFile]:
    """
    Find the files of a learning package that are missing, truncated or corrupt.

    Args:
        digests: whether to read all files, instead of only asking the storage for their sizes.
        current_only: only files of drafts and published versions.
        repair: whether to repair files, from a text in the row, from a copy beside the file, or from a file of
            another learning package.
        after_each: is called after each file was looked at.

    Returns: a file for each component and path that has it, sorted. Raises StorageError.
    """
    media = Media.objects.filter(learning_package_id=package_id(learning_package_pk), has_file=True)
    if current_only:
        media = media.filter(pk__in=_current(learning_package_pk).values("media_id"))
    problems: dict[int, str] = {}
    repaired: set[int] = set()
    for medium in media.select_related("learning_package").iterator():
        if problem := damage_of(medium, digests=digests):
            problems[medium.id] = problem
            if repair and _repair(medium):
                repaired.add(medium.id)
        after_each()
    return sorted(
        (
            replace(file, problem=problems[medium_pk], is_repaired=medium_pk in repaired)
            for medium_pk, file in _uses(problems)
        ),
        key=lambda file: (file.block_type, file.code, file.path),
    )


def current_paths(learning_package_pk: int) -> Iterator[tuple[str, str, list[str]]]:
    """List the type, the code and the file paths of each draft and published version of a component."""
    rows = (
        _current(learning_package_pk)
        .order_by("component_version_id", "path")
        .values_list(
            "component_version_id",
            "component_version__component__component_type__name",
            "component_version__component__component_code",
            "path",
        )
        .distinct()
    )
    for (_version_pk, block_type, code), files in groupby(rows.iterator(), key=lambda row: row[:3]):
        yield block_type, code, [path for *_of, path in files]


def file_findings(files: Iterable[DamagedFile], subjects: Mapping[int, str], *, repair: bool) -> Iterator[Finding]:
    """
    Describe damaged files, and what to do about files that could not be repaired.

    Args:
        subjects: pk of a component -> key of the item that the file belongs to.
        repair: whether a repair was tried.
    """
    for file in files:
        text = _("The file “%(path)s” (version %(versions)s) is damaged: %(problem)s.")
        if repair and not file.is_repaired:
            text = _(
                "The file “%(path)s” (version %(versions)s) is damaged, and its bytes are nowhere else: %(problem)s."
                " Upload it again."
            )
        message = text % {
            "path": file.path,
            "versions": ", ".join(map(str, file.versions)),
            "problem": file.problem,
        }
        yield Finding("files", subjects[file.entity_pk], message, repaired=file.is_repaired, repairable=not repair)


def _current(learning_package_pk: int) -> QuerySet[ComponentVersionMedia]:
    is_current = Q(**{f"{_VERSION}__draft__isnull": False}) | Q(**{f"{_VERSION}__published__isnull": False})
    of_package = ComponentVersionMedia.objects.filter(
        component_version__component__learning_package_id=package_id(learning_package_pk)
    )
    return of_package.filter(is_current)


def _uses(medium_pks: Iterable[int]) -> Iterator[tuple[int, DamagedFile]]:
    """Yield (pk of a medium, use of the medium) for each component and path with one of the media."""
    versions: dict[tuple[int, int, str, str, str], set[int]] = defaultdict(set)
    for part in in_parts(medium_pks):
        for *use, number in ComponentVersionMedia.objects.filter(media_id__in=part).values_list(
            "media_id",
            "component_version__component_id",
            "component_version__component__component_type__name",
            "component_version__component__component_code",
            "path",
            f"{_VERSION}__version_num",
        ):
            versions[tuple(use)].add(number)
    for (medium_pk, entity_pk, block_type, code, path), numbers in versions.items():
        yield medium_pk, DamagedFile(entity_pk, block_type, code, path, tuple(sorted(numbers)), "")


def _repair(medium: Media) -> bool:
    """Write the file of a medium again, if its bytes can be found anywhere."""
    for data in _sources(medium):
        if media_digest(data) == medium.hash_digest:
            write_file(medium, data)
            return True
    return False


def _sources(medium: Media) -> Iterator[bytes]:
    """Yield byte strings that may be the content of a medium."""
    if medium.text is not None:
        yield medium.text.encode()
    for name in _names_beside(medium):
        with storage_faults_named(), get_storage().open(name, "rb") as file:
            yield file.read()
    others = Media.objects.filter(hash_digest=medium.hash_digest).exclude(learning_package=medium.learning_package)
    for other in others.select_related("learning_package"):
        try:
            yield other.text.encode() if other.text is not None else read_file(other)
        except StorageError:  # this source is damaged, too
            continue


def _names_beside(medium: Media) -> Sequence[str]:
    """
    Find stored files whose names begin with the name of a medium's file.

    Storages that do not replace files give such names to files that are uploaded again.
    """
    folder, name = posixpath.split(medium.path)
    with storage_faults_named():
        try:
            _folders, files = get_storage().listdir(folder)
        except FileNotFoundError:
            return []
    return [posixpath.join(folder, file) for file in sorted(files) if file.startswith(name) and file != name]
