"""
Container types of courses. Learning Core's own types are too strict for courses.

Its sections hold only subsections, subsections only units, and units only components, and a container never changes its
type. In a course, a unit may get an item bank at any time, and a subsection may hold a problem directly.
"""

from __future__ import annotations

from typing import Final, cast, override

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from openedx_content import api as content_api
from openedx_content.models_api import Container, ContainerVersion, PublishableEntity

COURSE_OUTLINE: Final = "content_libraries_course_outline"
BLOCK_GROUP: Final = "content_libraries_block_group"


def _refuse_outline(entity: PublishableEntity) -> None:
    container = getattr(entity, "container", None)
    if container is not None and container.container_type.type_code == COURSE_OUTLINE:
        raise ValidationError(_("A course cannot be inside of something."))


@Container.register_subclass
class CourseOutline(Container):
    """
    The root of a course. A learning package of a course has exactly one.

    .. no_pii:
    """

    type_code = COURSE_OUTLINE
    olx_tag_name = "course"

    container = models.OneToOneField(Container, on_delete=models.CASCADE, parent_link=True, primary_key=True)

    class Meta:
        app_label = "content_libraries"

    @property
    def id(self) -> Container.ID:
        return cast(Container.ID, self.publishable_entity_id)

    @override
    @classmethod
    def validate_entity(cls, entity: PublishableEntity) -> None:
        _refuse_outline(entity)


class CourseOutlineVersion(ContainerVersion):
    """
    A version of the root of a course.

    .. no_pii:
    """

    container_version = models.OneToOneField(
        ContainerVersion, on_delete=models.CASCADE, parent_link=True, primary_key=True
    )

    class Meta:
        app_label = "content_libraries"


@Container.register_subclass
class BlockGroup(Container):
    """
    An XBlock of a course that holds XBlocks: a section, a unit, an item bank, a content experiment, and so on.

    It holds components and groups in any order. Learning Core does not keep a group from holding itself; the code that
    writes groups does.

    .. no_pii:
    """

    type_code = BLOCK_GROUP

    container = models.OneToOneField(Container, on_delete=models.CASCADE, parent_link=True, primary_key=True)

    class Meta:
        app_label = "content_libraries"

    @property
    def id(self) -> Container.ID:
        return cast(Container.ID, self.publishable_entity_id)

    @override
    @classmethod
    def validate_entity(cls, entity: PublishableEntity) -> None:
        _refuse_outline(entity)


class BlockGroupVersion(ContainerVersion):
    """
    A version of an XBlock of a course that holds XBlocks.

    .. no_pii:
    """

    container_version = models.OneToOneField(
        ContainerVersion, on_delete=models.CASCADE, parent_link=True, primary_key=True
    )

    class Meta:
        app_label = "content_libraries"


def register() -> None:
    """Tell Learning Core which versions belong to which containers. Call this once, when the app is ready."""
    content_api.register_publishable_models(CourseOutline, CourseOutlineVersion)
    content_api.register_publishable_models(BlockGroup, BlockGroupVersion)
