"""Parses the files of an archive into records. Every function raises ProblemError, which names the member."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from ...learning_core.data import MAX_TITLE
from ...translation import gettext as _
from .data import (
    CONTAINER_CHILDREN,
    EXTENSION_VERSION,
    FORMAT_VERSION,
    ChildRecord,
    CollectionRecord,
    EntityRecord,
    LibraryRecord,
    MediaRecord,
    PackageRecord,
    TagsRecord,
    VersionRecord,
)
from .errors import ProblemCode, ProblemError
from .fields import MAX_NUMBER, Fields, json_fields, toml_table
from .names import DELETED_COLLECTIONS
from .rendering import OWN

CODE: Final = re.compile(r"[\w.-]{1,255}")
COLLECTION_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,255}")
MAX_KEY: Final = 500
MAX_PATH: Final = 500
TEMPLATE_TYPE: Final = "unit"
"""The container type whose items can be templates."""
_TYPE: Final = re.compile(r"[\w.-]{1,100}")
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,127}/[\w.+-]{1,127}")


def parse_package(member: str, data: bytes) -> PackageRecord:
    """Parse ``package.toml``. A newer format is refused."""
    document = toml_table(member, data)
    meta, about = document.table_of("meta"), document.table_of("learning_package")
    _refuse_newer(meta, "format_version", FORMAT_VERSION)
    library = None
    if OWN in document:
        own = document.table_of(OWN)
        _refuse_newer(own, "format", EXTENSION_VERSION)
        library = LibraryRecord(
            license=own.text("license", limit=25, default=""),
            allow_public_learning=own.flag("allow_public_learning", default=False),
            allow_public_read=own.flag("allow_public_read", default=False),
            is_partial=own.flag("partial", default=False),
            has_deleted=own.flag("deleted", default=False),
            has_history=own.flag("history", default=False),
        )
    title = about.text("title", limit=MAX_TITLE)
    if not title.strip():
        raise about.problem(_("“%(field)s” of %(member)s is blank."), "title")
    created = about.moment("created")
    return PackageRecord(
        key=about.text("key", limit=MAX_KEY),
        title=title,
        description=about.text("description"),
        created=created,
        updated=about.moment("updated", default=created),
        created_at=meta.moment("created_at"),
        created_by=meta.text("created_by", limit=150, default=""),
        created_by_email=meta.text("created_by_email", limit=254, default=""),
        origin=meta.text("origin_server", limit=255, default=""),
        library=library,
    )


def _refuse_newer(fields: Fields, name: str, known: int) -> None:
    if fields.number(name) > known:
        text = _("%(member)s says that the archive has a newer format (%(field)s). Update this site to read it.")
        raise fields.problem(text, name, ProblemCode.NEWER_FORMAT)


def parse_entity(member: str, data: bytes, *, is_container: bool) -> EntityRecord:
    """
    Parse the file about an item.

    Args:
        is_container: whether the member is in the folder of containers.

    Returns: the item. Its versions have only the media that the file names.
    """
    document = toml_table(member, data)
    entity = document.table_of("entity")
    key = entity.text("key", limit=MAX_KEY)
    namespace, item_type, code = _container_name(entity, key) if is_container else _component_name(entity, key)
    created = entity.moment("created", default=datetime.now(UTC))  # older releases of openedx-core left it out
    versions: dict[int, VersionRecord] = {}
    for table in document.tables("version"):
        version = _version(table, created, is_container=is_container)
        if version.version_num in versions:
            text = _("%(member)s describes version %(number)s twice.")
            values = {"member": member, "number": version.version_num}
            raise ProblemError(ProblemCode.DUPLICATE_KEY, member, text % values)
        versions[version.version_num] = version
    return EntityRecord(
        key=key,
        namespace=namespace,
        item_type=item_type,
        code=code,
        can_stand_alone=entity.flag("can_stand_alone"),
        created=created,
        draft=_pointer(entity, "draft"),
        published=_pointer(entity, "published"),
        versions=versions,
        is_template=_is_template(entity, item_type),
    )


def _is_template(entity: Fields, item_type: str) -> bool:
    own = entity.table_of(OWN)
    is_template = own.flag("template", default=False)
    if is_template and item_type != TEMPLATE_TYPE:
        raise own.problem(_("“%(field)s” of %(member)s is only for units."), "template")
    return is_template


def _pointer(entity: Fields, name: str) -> int | None:
    pointer = entity.table_of(name)
    return pointer.number("version_num") if "version_num" in pointer else None


def _container_name(entity: Fields, key: str) -> tuple[str, str, str]:
    names = entity.table_of("container").names()
    if len(names) != 1 or names[0] not in CONTAINER_CHILDREN:
        raise entity.problem(_("“%(field)s” of %(member)s has to be a section, a subsection or a unit."), "container")
    if not CODE.fullmatch(key):
        raise _bad_key(entity)
    return "", names[0], key


def _component_name(entity: Fields, key: str) -> tuple[str, str, str]:
    namespace, _colon, rest = key.partition(":")
    block_type, _colon, code = rest.partition(":")
    if not (_TYPE.fullmatch(namespace) and _TYPE.fullmatch(block_type) and CODE.fullmatch(code)):
        raise _bad_key(entity)
    return namespace, block_type, code


def _bad_key(entity: Fields) -> ProblemError:
    text = _("“%(field)s” of %(member)s is no entity_key: xblock.v1:TYPE:CODE for a component, CODE for a container.")
    return entity.problem(text, "key")


def _version(table: Fields, created: datetime, *, is_container: bool) -> VersionRecord:
    own = table.table_of(OWN)
    children: tuple[ChildRecord, ...] = ()
    media: tuple[MediaRecord, ...] = ()
    if is_container:
        keys = table.table_of("container").texts("children", limit=MAX_KEY)
        pins = dict(_pins(own, len(keys)))
        children = tuple(ChildRecord(key, pins.get(place)) for place, key in enumerate(keys))
    else:
        media = tuple(
            MediaRecord(
                path=medium.text("path", limit=MAX_PATH),
                media_type=_media_type(medium, medium.text("media_type", default="")),
                member=medium.text("member"),
            )
            for medium in own.tables("media")
        )
    return VersionRecord(
        version_num=table.number("version_num"),
        title=table.text("title", limit=MAX_TITLE),
        created=table.moment("created", default=created),
        created_by=own.text("created_by", limit=150, default=""),
        children=children,
        media=media,
        settings=own.settings("settings"),
        license=own.text("license", default=""),
        license_holder=own.text("license_holder", default=""),
        copyright_notice=own.text("copyright_notice", default=""),
    )


def _pins(own: Fields, count: int) -> list[tuple[int, int]]:
    pins = []
    for pin in own.items("pins"):
        if not (isinstance(pin, list) and len(pin) == 2 and all(type(part) is int for part in pin)):
            raise own.problem(_("“%(field)s” of %(member)s has to be a list of places and versions."), "pins")
        place, number = pin
        if not (0 <= place < count and 1 <= number <= MAX_NUMBER):
            raise own.problem(_("“%(field)s” of %(member)s has to be a list of places and versions."), "pins")
        pins.append((place, number))
    return pins


def _media_type(fields: Fields, media_type: str) -> str:
    if media_type and not _MEDIA_TYPE.fullmatch(media_type):
        raise fields.problem(_("“%(field)s” of %(member)s has to be a media type such as image/png."), "media_type")
    return media_type


def parse_version_line(member: str, line: bytes) -> tuple[str, VersionRecord]:
    """Parse the line about a version that is neither draft nor published. Returns the key of its item, and it."""
    fields = json_fields(member, line)
    version = VersionRecord(
        version_num=fields.number("version_num"),
        title=fields.text("title", limit=MAX_TITLE),
        created=fields.moment("created"),
        created_by=fields.text("created_by", limit=150, default=""),
        children=tuple(_child(fields, item) for item in fields.items("children")),
        media=tuple(_medium(fields, item) for item in fields.items("media")),
        settings=fields.settings("settings"),
        license=fields.text("license", default=""),
        license_holder=fields.text("license_holder", default=""),
        copyright_notice=fields.text("copyright_notice", default=""),
    )
    return fields.text("key", limit=MAX_KEY), version


def _child(fields: Fields, item: object) -> ChildRecord:
    match item:
        case [str(key), None] if len(key) <= MAX_KEY:
            return ChildRecord(key)
        case [str(key), int(number)] if len(key) <= MAX_KEY and 1 <= number <= MAX_NUMBER:
            return ChildRecord(key, number)
    raise fields.problem(_("“%(field)s” of %(member)s has to be a list of keys and versions."), "children")


def _medium(fields: Fields, item: object) -> MediaRecord:
    match item:
        case [str(path), str(media_type), str(member)] if len(path) <= MAX_PATH:
            return MediaRecord(path, _media_type(fields, media_type), member)
    raise fields.problem(_("“%(field)s” of %(member)s has to be a list of files."), "media")


def parse_collection(member: str, data: bytes) -> CollectionRecord:
    """Parse the file about a collection."""
    fields = toml_table(member, data).table_of("collection")
    code, title = fields.text("key", limit=255), fields.text("title", limit=MAX_TITLE)
    if not COLLECTION_CODE.fullmatch(code):
        raise fields.problem(_("“%(field)s” of %(member)s is no code of a collection."), "key")
    if not title.strip():
        raise fields.problem(_("“%(field)s” of %(member)s is blank."), "title")
    return CollectionRecord(
        code=code,
        title=title,
        description=fields.text("description"),
        created=fields.moment("created", default=datetime.now(UTC)),
        keys=fields.texts("entities", limit=MAX_KEY),
        enabled=not member.startswith(DELETED_COLLECTIONS),
    )


def parse_tags_line(member: str, line: bytes) -> TagsRecord:
    """Parse the line about the tags of an object."""
    fields = json_fields(member, line)
    kind = fields.text("kind")
    if kind not in ("library", "item", "collection"):
        raise fields.problem(_("“%(field)s” of %(member)s has to be library, item or collection."), "kind")
    return TagsRecord(
        kind=kind,
        key=fields.text("key", limit=MAX_KEY, default=""),
        tags=tuple(_tag(fields, item) for item in fields.items("tags")),
    )


def _tag(fields: Fields, item: object) -> tuple[str, str]:
    match item:
        case [str(taxonomy), str(value)] if len(taxonomy) <= MAX_TITLE and len(value) <= MAX_TITLE:
            return taxonomy, value
    raise fields.problem(_("“%(field)s” of %(member)s has to be a list of taxonomies and values."), "tags")
