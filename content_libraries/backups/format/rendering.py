"""Renders the files of an archive. openedx-core reads them and ignores the tables called ``content_libraries``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .data import (
    EXTENSION_VERSION,
    FORMAT_VERSION,
    CollectionRecord,
    EntityRecord,
    MediaRecord,
    PackageRecord,
    VersionRecord,
)
from .names import EXTENSION
from .toml import Value, dumps

OWN: str = EXTENSION.rstrip("/")
"""Name of the tables in which this app keeps what openedx-core does not know."""


LICENSE_FIELDS = ("license", "license_holder", "copyright_notice")
"""Fields of a version about its own license, with the same names in archives."""


def package_file(package: PackageRecord) -> str:
    """Return ``package.toml``."""
    meta: dict[str, Value] = {"format_version": FORMAT_VERSION}
    if package.created_by:
        meta["created_by"] = package.created_by
    if package.created_by_email:
        meta["created_by_email"] = package.created_by_email
    if package.created_at is not None:
        meta["created_at"] = package.created_at
    if package.origin:
        meta["origin_server"] = package.origin
    about: dict[str, Value] = {
        "title": package.title,
        "key": package.key,
        "description": package.description,
        "created": package.created,
        "updated": package.updated or package.created,
    }
    document: dict[str, Value] = {"meta": meta, "learning_package": about}
    if package.library is not None:
        document[OWN] = {
            "format": EXTENSION_VERSION,
            "license": package.library.license,
            "allow_public_learning": package.library.allow_public_learning,
            "allow_public_read": package.library.allow_public_read,
            "partial": package.library.is_partial,
            "deleted": package.library.has_deleted,
            "history": package.library.has_history,
        }
    return dumps(document)


def entity_file(entity: EntityRecord, places: Mapping[int, Iterable[MediaRecord]]) -> str:
    """
    Return the file about an item, with its draft and its published version.

    Args:
        places: version number -> the media whose type or member could not be told from the path.
    """
    about: dict[str, Value] = {
        "can_stand_alone": entity.can_stand_alone,
        "key": entity.key,
        "created": entity.created,
    }
    if entity.draft is not None:
        about["draft"] = {"version_num": entity.draft}
    about["published"] = {} if entity.published is None else {"version_num": entity.published}
    if entity.is_container:
        about["container"] = {entity.item_type: {}}
    if entity.is_template:
        about[OWN] = {"template": True}
    versions = [_version(entity, entity.versions[number], places.get(number, ())) for number in entity.current]
    document: dict[str, Value] = {"entity": about}
    if versions:
        document["version"] = versions
    return dumps(document)


def _version(entity: EntityRecord, version: VersionRecord, places: Iterable[MediaRecord]) -> dict[str, Value]:
    table: dict[str, Value] = {
        "title": version.title,
        "version_num": version.version_num,
        "created": version.created,
    }
    if entity.is_container:
        table["container"] = {"children": [child.key for child in version.children]}
    own: dict[str, Value] = {}
    if version.created_by:
        own["created_by"] = version.created_by
    pins: list[Value] = [
        [place, child.pinned] for place, child in enumerate(version.children) if child.pinned is not None
    ]
    if pins:
        own["pins"] = pins
    if version.settings:
        own["settings"] = json.dumps(version.settings, ensure_ascii=False, sort_keys=True)
    for name in LICENSE_FIELDS:
        if value := getattr(version, name):
            own[name] = value
    media: list[Value] = [
        {"path": medium.path, "media_type": medium.media_type, "member": medium.member} for medium in places
    ]
    if media:
        own["media"] = media
    if own:
        table[OWN] = own
    return table


def collection_file(collection: CollectionRecord) -> str:
    """Return the file about a collection."""
    return dumps(
        {
            "collection": {
                "title": collection.title,
                "key": collection.code,
                "description": collection.description,
                "created": collection.created,
                "entities": list(collection.keys),
            }
        }
    )


def version_line(key: str, version: VersionRecord) -> bytes:
    """Return the line about a version that is neither the draft nor the published version."""
    return json_line(
        {
            "key": key,
            "version_num": version.version_num,
            "title": version.title,
            "created": version.created.isoformat(),
            "created_by": version.created_by,
            "children": [[child.key, child.pinned] for child in version.children],
            "media": [[medium.path, medium.media_type, medium.member] for medium in version.media],
            "settings": dict(version.settings),
            **{name: getattr(version, name) for name in LICENSE_FIELDS},
        }
    )


def json_line(value: Mapping[str, Any]) -> bytes:
    """Return one line of JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n"
