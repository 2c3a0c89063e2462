"""Inserts the rows that items and their versions consist of, for many items at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openedx_content import api as content_api
from openedx_content.models_api import LearningPackage

from ..upstream.openedx_core import (
    Component,
    ComponentVersion,
    ComponentVersionMedia,
    Container,
    ContainerVersion,
    EntityList,
    EntityListRow,
    PublishableEntityVersionDependency,
    SectionVersion,
    SubsectionVersion,
    UnitVersion,
)
from .container_types import BLOCK_GROUP, COURSE_OUTLINE, BlockGroupVersion, CourseOutlineVersion
from .rows import insert_each, insert_multi_table_children, insert_values

VERSION_CLASSES: Final[Mapping[str, type[ContainerVersion]]] = {
    "unit": UnitVersion,
    "subsection": SubsectionVersion,
    "section": SectionVersion,
    COURSE_OUTLINE: CourseOutlineVersion,
    BLOCK_GROUP: BlockGroupVersion,
}


@dataclass(frozen=True, slots=True)
class ContainerVersionRow:
    """
    A version of a container to insert.

    Args:
        children: entity pk, and pk of the version that the place is pinned to or None, in order.
    """

    version_pk: int
    entity_pk: int
    container_type: str
    children: Sequence[tuple[int, int | None]]


def insert_components(package: LearningPackage, components: Collection[tuple[int, str, str, str]]) -> None:
    """Insert components. Each has the pk of its entity, the namespace and the name of its type, and its code."""
    types = {
        (namespace, name): content_api.get_or_create_component_type(namespace, name)
        for namespace, name in dict.fromkeys((namespace, name) for _pk, namespace, name, _code in components)
    }
    insert_values(
        Component,
        ("publishable_entity_id", "learning_package_id", "component_type_id", "component_code"),
        [(pk, package.id, types[namespace, name].id, code) for pk, namespace, name, code in components],
    )


def insert_containers(package: LearningPackage, containers: Collection[tuple[int, str, str]]) -> None:
    """Insert containers. Each has the pk of its entity, its container type, and its code."""
    by_class: dict[type[Container], list[int]] = defaultdict(list)
    rows = []
    for pk, container_type, code in containers:
        model = content_api.get_container_subclass(container_type)
        by_class[model].append(pk)
        rows.append((pk, package.id, model.get_container_type().id, code))
    insert_values(
        Container, ("publishable_entity_id", "learning_package_id", "container_type_id", "container_code"), rows
    )
    for model, pks in by_class.items():
        insert_multi_table_children(model, pks)


def insert_component_versions(versions: Sequence[tuple[int, int]], media: Sequence[tuple[int, str, int]]) -> None:
    """
    Insert versions of components with their media.

    Args:
        versions: pk of the version, and pk of its component.
        media: pk of the version, path, and pk of the medium.
    """
    insert_values(ComponentVersion, ("publishable_entity_version_id", "component_id"), versions)
    insert_values(ComponentVersionMedia, ("component_version_id", "path", "media_id"), media)


def insert_container_versions(versions: Sequence[ContainerVersionRow]) -> None:
    """Insert versions of containers with their children. Only children that are not pinned are dependencies."""
    lists = [EntityList() for _version in versions]
    insert_each(lists)
    rows: list[tuple[int, int, int]] = []
    children: list[tuple[int, int, int]] = []
    pinned: list[tuple[int, int, int, int]] = []
    dependencies: list[tuple[int, int]] = []
    by_class: dict[type[ContainerVersion], list[int]] = defaultdict(list)
    for version, entity_list in zip(versions, lists, strict=True):
        rows.append((version.version_pk, version.entity_pk, entity_list.pk))
        by_class[VERSION_CLASSES[version.container_type]].append(version.version_pk)
        current = []
        for order_num, (child_pk, pin) in enumerate(version.children):
            if pin is None:
                current.append(child_pk)
                children.append((entity_list.pk, order_num, child_pk))
            else:
                pinned.append((entity_list.pk, order_num, child_pk, pin))
        dependencies += [(version.version_pk, pk) for pk in dict.fromkeys(current)]
    insert_values(EntityListRow, ("entity_list_id", "order_num", "entity_id"), children)
    insert_values(EntityListRow, ("entity_list_id", "order_num", "entity_id", "entity_version_id"), pinned)
    insert_values(ContainerVersion, ("publishable_entity_version_id", "container_id", "entity_list_id"), rows)
    for model, pks in by_class.items():
        insert_multi_table_children(model, pks)
    insert_values(PublishableEntityVersionDependency, ("referring_version_id", "referenced_entity_id"), dependencies)
