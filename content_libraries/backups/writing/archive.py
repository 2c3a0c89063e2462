"""Writes the archive of a library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path
from typing import Final

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ...actors import OPERATOR, Actor, is_operator
from ...keys import LibraryCollectionLocator
from ...learning_core import api as learning_core
from ...learning_core.api import BranchName, snapshots
from ...libraries.api import ContentLibrary, Permission, list_team_entries, may, package_pk, team_entry
from ...tagging import api as tagging
from ..format import names
from ..format.data import CollectionRecord, LibraryRecord, PackageRecord
from ..format.manifest import head_line
from ..format.rendering import collection_file, json_line, package_file
from .contents import ItemsWriter
from .packing import Packer, packing
from .selection import BackupOptions, Selection, select

_BATCH: Final = 1000


def write_archive(
    library: ContentLibrary,
    path: Path,
    *,
    author: Actor,
    origin: str,
    options: BackupOptions | None = None,
    after_each: Callable[[], None] = lambda: None,
) -> Counter[str]:
    """
    Write the archive of a library. Checks no permission.

    Args:
        path: where the archive is written to.
        author: the user who is named in the archive.
        origin: name of this site.
        options: the parts that go in; everything that is not deleted if None.
        after_each: is called after each item.

    Returns: how many things of each kind the archive holds. Raises DamagedFileError, StorageError and
    TooLargeToArchiveError; then the archive is incomplete.
    """
    options = options or BackupOptions()
    learning_package_pk = package_pk(library)
    now = datetime.now(UTC)
    with packing(path) as packer:
        selection = select(learning_package_pk, options)
        about = snapshots.package_snapshot(learning_package_pk)
        package = PackageRecord(
            key=about.package_ref,
            title=about.title,
            description=about.description,
            created=about.created,
            updated=about.updated,
            created_at=now,
            created_by="" if is_operator(author) else author.get_username(),
            created_by_email=_email(author),
            origin=origin,
            library=LibraryRecord(
                license=library.license,
                allow_public_learning=library.allow_public_learning,
                allow_public_read=library.allow_public_read,
                is_partial=options.is_partial,
                has_deleted=options.deleted,
                has_history=options.history,
            ),
        )
        packer.add(names.PACKAGE, package_file(package).encode(), about.updated)
        items = ItemsWriter(packer, selection, after_each)
        items.write(now)
        codes = _write_collections(packer, learning_package_pk, items.keys, options)
        items.counts["collections"] = len(codes)
        _write_tags(packer, library, selection, items.keys, codes, now)
        if options.history:
            _write_logs(packer, learning_package_pk, items.keys, now)
        _write_roles(packer, library, author, now)
        counts = items.counts
        packer.finish(head_line(created_at=now, origin=origin, library=about.package_ref, counts=counts), now)
    return counts


def _email(author: Actor) -> str:
    """Return the address of the author if openedx-core would read an archive with this address."""
    if is_operator(author) or not isinstance(author, User):
        return ""
    try:
        validate_email(author.email)
    except ValidationError:
        return ""
    return author.email


def _write_collections(
    packer: Packer, learning_package_pk: int, keys: dict[int, str], options: BackupOptions
) -> list[str]:
    written = []
    for collection in snapshots.collection_snapshots(learning_package_pk, disabled_too=options.deleted):
        if options.is_partial and collection.code not in options.collections:
            continue
        record = CollectionRecord(
            code=collection.code,
            title=collection.title,
            description=collection.description,
            created=collection.created,
            keys=tuple(keys[pk] for pk in collection.entity_pks if pk in keys),
            enabled=collection.enabled,
        )
        name = names.collection_toml(record.code, enabled=record.enabled)
        packer.add(name, collection_file(record).encode(), collection.created)
        written.append(collection.code)
    return written


def _write_tags(
    packer: Packer,
    library: ContentLibrary,
    selection: Selection,
    keys: dict[int, str],
    collection_codes: list[str],
    when: datetime,
) -> None:
    taxonomies: set[str] = set()
    pieces = list(_tag_lines(library, selection, keys, collection_codes, taxonomies))
    if not pieces:
        return
    packer.add(
        names.TAXONOMIES,
        b"".join(_taxonomy_line(identity) for identity in tagging.taxonomy_identities(taxonomies)),
        when,
    )
    packer.add(names.TAGS, iter(pieces), when)


def _taxonomy_line(identity: dict[str, str | bool]) -> bytes:
    """Return the line about a taxonomy. No field of an archive has the name of an id of the site."""
    return json_line({{"export_id": "taxonomy"}.get(name, name): value for name, value in identity.items()})


def _tag_lines(
    library: ContentLibrary,
    selection: Selection,
    keys: dict[int, str],
    collection_codes: list[str],
    taxonomies: set[str],
) -> Iterator[bytes]:
    """Yield the lines of the tags, in parts, and note the export ids of their taxonomies."""
    library_key = library.library_key
    objects = [(str(library_key), "library", "")]
    objects += [(str(LibraryCollectionLocator(library_key, code)), "collection", code) for code in collection_codes]
    for part in batched(selection.states, _BATCH):
        item_keys = learning_core.item_keys(package_pk(library), part, library_key=library_key)
        objects += [(str(key), "item", keys[pk]) for pk, key in item_keys.items()]
        yield from _lines_of(objects, taxonomies)
        objects = []
    yield from _lines_of(objects, taxonomies)


def _lines_of(objects: list[tuple[str, str, str]], taxonomies: set[str]) -> Iterator[bytes]:
    tags = tagging.named_tags_of([object_id for object_id, _kind, _key in objects])
    lines = []
    for object_id, kind, key in objects:
        if named := tags.get(object_id):
            taxonomies.update(named)
            pairs = [[taxonomy, value] for taxonomy, values in sorted(named.items()) for value in values]
            lines.append(json_line({"kind": kind, "key": key, "tags": pairs}))
    if lines:
        yield b"".join(lines)


def _write_logs(packer: Packer, learning_package_pk: int, keys: dict[int, str], when: datetime) -> None:
    """Write the change sets, for information: the logs of drafts and of publishes, with records of written items."""
    written = set(keys.values())
    branches: list[tuple[str, BranchName]] = [(names.DRAFT_LOGS, "draft"), (names.PUBLISH_LOGS, "published")]
    for name, branch in branches:
        logs = snapshots.log_snapshots(learning_package_pk, branch=branch)
        pieces = (b"".join(_log_line(log, written) for log in part) for part in batched(logs, _BATCH))
        packer.add(name, pieces, when)


def _log_line(log: snapshots.LogSnapshot, written: set[str]) -> bytes:
    return json_line(
        {
            "log": str(log.uuid),
            "at": log.at.isoformat(),
            "by": log.username,
            "kind": log.kind,
            "source": log.source_key,
            "message": log.message,
            "records": [list(record) for record in log.records if record[0] in written],
        }
    )


def _write_roles(packer: Packer, library: ContentLibrary, author: Actor, when: datetime) -> None:
    """
    Write the roles of users, for information, if the author may see the team.

    No reader gives anybody a role because an archive says so.
    """
    if not may(author, library, Permission.VIEW_TEAM):
        return
    key = str(library.library_key)
    entries = map(team_entry, list_team_entries(user=OPERATOR, library_key=library.library_key))
    lines = [
        json_line({"kind": "group" if entry.is_group else "member", "name": entry.member, "level": str(entry.name)})
        for entry in entries
        if entry.scope == key
    ]
    if lines:
        packer.add(names.ROLES, b"".join(lines), when)
