"""
Single edits: one user action on one component or container, in one transaction and one draft change log.

Components are written through Learning Core's own API. Containers are written through the set-wise writer, because the
API asks about every child on each edit, so that an edit of a larger container would cost more.

An edit starts from the draft, or from the latest version if the draft is deleted. Learning Core's API always starts
from the latest version, and so would bring back changes that the author has discarded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from openedx_content import api as content_api
from openedx_content.models_api import (
    Component,
    ComponentVersionMedia,
    Container,
    Draft,
    LearningPackage,
    Media,
    MediaType,
    PublishableEntity,
    PublishableEntityVersion,
)

from .. import conf
from ..errors import InvalidInputError
from .bulk import write_drafts
from .conflicts import integrity_explained
from .data import BLOCK_PATH, COMPONENT_NAMESPACE, MAX_TITLE, ContainerWrite, block_media_type
from .ids import entity_id
from .lookups import latest_versions
from .media import media_type_of
from .media_files import store_bytes
from .publish import lock_package, move_drafts
from .rows import in_parts
from .structure import children_of


class CodeTakenError(InvalidInputError):
    """Another item in the learning package has the code already. Deleted items keep their codes."""

    code = "code_taken"


@dataclass(frozen=True, slots=True)
class NextVersion:
    """
    The version that an edit made.

    Args:
        pk, version_num: of the new version.
        base_pk: the version that the edit started from.
    """

    pk: int
    version_num: int
    base_pk: int


def create_component(
    learning_package_pk: int,
    *,
    block_type: str,
    component_code: str,
    title: str,
    olx: str,
    can_stand_alone: bool = True,
    author_pk: int | None,
) -> int:
    """
    Create a component with its first version.

    Returns: pk of the entity. Raises CodeTakenError, InvalidInputError for a title or OLX that is too long,
    and ConflictError.
    """
    _check_title(title)
    with _edit(learning_package_pk) as (package, at):
        component_type = content_api.get_or_create_component_type(COMPONENT_NAMESPACE, block_type)
        if Component.objects.filter(
            learning_package=package, component_type=component_type, component_code=component_code
        ).exists():
            raise CodeTakenError(
                _("There is a %(block_type)s with the ID “%(component_code)s” already.")
                % {"block_type": block_type, "component_code": component_code}
            )
        component, _version = content_api.create_component_and_version(
            package.id,
            component_type=component_type,
            component_code=component_code,
            title=title,
            created=at,
            created_by=author_pk,
            can_stand_alone=can_stand_alone,
            media={BLOCK_PATH: _olx_media(package, block_type, olx, at)},
        )
    return component.id


def save_component(
    learning_package_pk: int,
    component_pk: int,
    *,
    title: str,
    olx: str,
    files: Mapping[str, bytes | None] | None = None,
    author_pk: int | None,
) -> NextVersion:
    """
    Give a component its next version, with new OLX.

    A deleted component is restored.

    Args:
        files: changes of its files, as for ``save_files``; other files stay.

    Raises InvalidInputError for a title or OLX that is too long, and ConflictError.
    """
    _check_title(title)
    with _edit(learning_package_pk) as (package, at):
        component = _component(package, component_pk)
        media = _files_media(package, files or {}, at)
        media[BLOCK_PATH] = _olx_media(package, component.component_type.name, olx, at)
        return _save_component(component, media, title=title, author_pk=author_pk, at=at)


def save_files(
    learning_package_pk: int, component_pk: int, files: Mapping[str, bytes | None], *, author_pk: int | None
) -> NextVersion:
    """
    Give a component its next version, with some files changed.

    A deleted component is restored.

    Args:
        files: path -> bytes, or None to remove a file, if it exists. The OLX does not count as a file: its path
            changes nothing. The other files, OLX and title stay.

    Raises ConflictError.
    """
    with _edit(learning_package_pk) as (package, at):
        media = _files_media(package, files, at)
        return _save_component(_component(package, component_pk), media, author_pk=author_pk, at=at)


def create_container(
    learning_package_pk: int,
    *,
    container_type: str,
    container_code: str,
    title: str,
    author_pk: int | None,
) -> int:
    """
    Create a container without children.

    Returns: pk of the entity. Raises CodeTakenError (codes are shared by all container types),
    InvalidInputError for a title that is too long, and ConflictError.
    """
    with _edit(learning_package_pk) as (package, at):
        if Container.objects.filter(learning_package=package, container_code=container_code).exists():
            raise CodeTakenError(
                _("There is a container with the ID “%(container_code)s” already.") % {"container_code": container_code}
            )
        write = ContainerWrite(container_type, container_code, title, children=())
        writes = write_drafts(package.id, containers=[write], author_pk=author_pk, at=at)
    return writes.entity_pks[write.entity_ref]


def rename_container(learning_package_pk: int, container_pk: int, *, title: str, author_pk: int | None) -> NextVersion:
    """Give a container its next version, with a new title. Raises InvalidInputError and ConflictError."""
    with _edit_container(learning_package_pk, container_pk) as container:
        return _save_container(container, container.children, title=title, author_pk=author_pk)


def replace_children(
    learning_package_pk: int, container_pk: int, child_pks: Sequence[int], *, author_pk: int | None
) -> NextVersion:
    """
    Give a container its next version, with exactly these children, in this order.

    Deleted (soft) children are not shown, so the author who arranges the others does not see them. Each of them stays
    behind the child that it stood behind, for when it is restored.

    Raises InvalidInputError for a child that such a container does not accept, and ConflictError.
    """
    with _edit_container(learning_package_pk, container_pk) as container:
        return _save_container(container, _with_deleted(container.children, child_pks), author_pk=author_pk)


def append_children(
    learning_package_pk: int, container_pk: int, child_pks: Sequence[int], *, author_pk: int | None
) -> NextVersion:
    """Give a container its next version, with these children at the end. Raises the errors of ``replace_children``."""
    with _edit_container(learning_package_pk, container_pk) as container:
        return _save_container(container, [*container.children, *child_pks], author_pk=author_pk)


def remove_children(
    learning_package_pk: int, container_pk: int, child_pks: Collection[int], *, author_pk: int | None
) -> NextVersion:
    """Give a container its next version, without these children, at all of their places. Raises ConflictError."""
    removed = frozenset(child_pks)
    with _edit_container(learning_package_pk, container_pk) as container:
        left = [pk for pk in container.children if pk not in removed]
        return _save_container(container, left, author_pk=author_pk)


def delete_item(learning_package_pk: int, entity_pk: int, *, author_pk: int | None) -> None:
    """Delete an item softly: its draft has no version any more. Its containers keep its place."""
    move_drafts(learning_package_pk, {entity_pk: None}, author_pk=author_pk)


def restore_item(learning_package_pk: int, entity_pk: int, *, author_pk: int | None) -> None:
    """Set an item's draft to its latest version. Does nothing if it is the latest already."""
    move_drafts(learning_package_pk, latest_versions([entity_pk]), author_pk=author_pk)


@contextmanager
def _edit(learning_package_pk: int) -> Iterator[tuple[LearningPackage, datetime]]:
    """
    Do one edit in one transaction, which waits for other edits of the learning package.

    Writers that do not wait still collide in the unique version numbers. Raises ConflictError then.
    """
    with integrity_explained(), transaction.atomic():
        yield lock_package(learning_package_pk), datetime.now(UTC)


def _component(package: LearningPackage, component_pk: int) -> Component:
    return Component.objects.get(learning_package=package, publishable_entity_id=entity_id(component_pk))


def _save_component(
    component: Component,
    changed_media: Mapping[str, Media.ID | None],
    *,
    title: str | None = None,
    author_pk: int | None,
    at: datetime,
) -> NextVersion:
    base = _base_version(component.id)
    rows = ComponentVersionMedia.objects.filter(component_version_id=base.pk)
    media: dict[str, Media.ID | Media | bytes | None] = dict(rows.values_list("path", "media_id"))
    version = content_api.create_next_component_version(
        component.id,
        {**media, **changed_media},
        at,
        title=base.title if title is None else title,
        created_by=author_pk,
        ignore_previous_media=True,
    )
    return NextVersion(version.publishable_entity_version_id, version.version_num, base.pk)


@dataclass(frozen=True, slots=True)
class _EditedContainer:
    """
    A container that is being edited.

    Args:
        package, at: the locked learning package, and the moment of the edit.
        base: the version that the edit starts from.
        children: pks of the children of ``base``, in order.
        child_refs: pk -> entity ref of each of them.
    """

    package: LearningPackage
    at: datetime
    container: Container
    base: PublishableEntityVersion
    children: Sequence[int]
    child_refs: Mapping[int, str]


@contextmanager
def _edit_container(learning_package_pk: int, container_pk: int) -> Iterator[_EditedContainer]:
    """Do one edit of a container, as ``_edit`` does. Raises ConflictError."""
    with _edit(learning_package_pk) as (package, at):
        container = Container.objects.select_related("container_type").get(
            learning_package=package, publishable_entity_id=entity_id(container_pk)
        )
        base = _base_version(container_pk)
        old = children_of([base.pk]).get(base.pk, ())
        refs = {child.entity_pk: child.entity_ref for child in old}
        yield _EditedContainer(package, at, container, base, [child.entity_pk for child in old], refs)


def _save_container(
    edited: _EditedContainer, children: Sequence[int], *, title: str | None = None, author_pk: int | None
) -> NextVersion:
    """Give a container its next version, with these children. Raises InvalidInputError for too many of them."""
    _check_count(len(children), len(edited.children))
    write = ContainerWrite(
        container_type=edited.container.container_type.type_code,
        container_code=edited.container.container_code,
        title=edited.base.title if title is None else title,
        children=_entity_refs(edited.package, children, known=edited.child_refs),
    )
    writes = write_drafts(edited.package.id, containers=[write], author_pk=author_pk, at=edited.at)
    version = PublishableEntityVersion.objects.get(pk=writes.version_pks[write.entity_ref])
    return NextVersion(version.pk, version.version_num, edited.base.pk)


def _with_deleted(old: Sequence[int], new: Sequence[int]) -> Sequence[int]:
    """Add the deleted old children of a container to its new ones, each behind the child that it stood behind."""
    deleted: set[int] = set()
    for part in in_parts(set(old) - set(new)):
        drafts = Draft.objects.filter(entity_id__in=part, version__isnull=True)
        deleted.update(drafts.values_list("entity_id", flat=True))
    children, place = list(new), 0
    for pk in old:
        if pk in deleted:
            children.insert(place, pk)
            place += 1
        elif pk in children:
            place = children.index(pk) + 1
    return children


def _base_version(entity_pk: int) -> PublishableEntityVersion:
    versions = PublishableEntityVersion.objects.filter(entity_id=entity_id(entity_pk))
    return versions.filter(draft__isnull=False).first() or versions.latest("version_num")


def _check_count(count: int, old_count: int) -> None:
    limit = conf.CONTAINER_MAX_CHILDREN.value
    if count > max(limit, old_count):  # a container with more children was imported, and can still be edited
        raise InvalidInputError(
            _("This would have %(count)s children; at most %(limit)s are allowed.") % {"count": count, "limit": limit},
            field="usage_keys",
            as_list=True,
        )


def _entity_refs(package: LearningPackage, entity_pks: Sequence[int], known: Mapping[int, str]) -> tuple[str, ...]:
    refs = dict(known)
    for part in in_parts(set(entity_pks) - refs.keys()):
        entities = PublishableEntity.objects.filter(learning_package=package, id__in=part)
        refs.update(entities.values_list("id", "entity_ref"))
    return tuple(refs[pk] for pk in entity_pks)


def _check_title(title: str) -> None:
    if len(title) > MAX_TITLE:
        raise InvalidInputError(_("The title is longer than %(limit)s characters. Shorten it.") % {"limit": MAX_TITLE})


def _olx_media(package: LearningPackage, block_type: str, olx: str, at: datetime) -> Media.ID:
    """Store OLX: as text in the database, or as a file if it is too long for Learning Core's texts."""
    media_type = content_api.get_or_create_media_type(block_media_type(block_type))
    if len(olx) <= Media.MAX_TEXT_LENGTH:
        media = content_api.get_or_create_text_media(package.id, media_type.id, text=olx, created=at)
        return media.id
    data = olx.encode()
    if len(data) > Media.MAX_FILE_SIZE:
        raise InvalidInputError(
            _("The OLX is larger than %(limit)s bytes. Split the component.") % {"limit": f"{Media.MAX_FILE_SIZE:,}"}
        )
    return _stored_media(package, media_type, data, at)


def _files_media(
    package: LearningPackage, files: Mapping[str, bytes | None], at: datetime
) -> dict[str, Media.ID | None]:
    """
    Store the media of changed files, except for the OLX.

    Returns path -> pk of the medium, or None for a removed file.
    """
    return {
        path: None if data is None else _file_media(package, path, data, at)
        for path, data in files.items()
        if path != BLOCK_PATH
    }


def _file_media(package: LearningPackage, path: str, data: bytes, at: datetime) -> Media.ID:
    media_type = content_api.get_or_create_media_type(media_type_of(path))
    return _stored_media(package, media_type, data, at)


def _stored_media(package: LearningPackage, media_type: MediaType, data: bytes, at: datetime) -> Media.ID:
    """
    Store bytes and return the pk of their medium.

    The bytes are stored first; Learning Core finds them there and only adds the row.
    """
    store_bytes(package, data)
    return content_api.get_or_create_file_media(package.id, media_type.id, data=data, created=at).id
