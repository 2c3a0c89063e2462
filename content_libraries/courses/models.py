"""Models of the course store."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from opaque_keys.edx.django.models import CourseKeyField, UsageKeyField
from opaque_keys.edx.keys import CourseKey


class Course(models.Model):
    """
    A course that this site knows by its key.

    Course-scoped roles of openedx-authz refer to this model (``OPENEDX_AUTHZ_COURSE_OVERVIEW_MODEL``). So the course
    key is the primary key and is called ``id``, as in the platform's course overviews.

    1. The default store keeps its content in ``learning_package``, whose ``package_ref`` is the course key.
    2. ``learning_package`` is null for a course that the site's own store keeps; of such a course only the
       ``display_name`` is known here.

    .. no_pii:
    """

    id = CourseKeyField(_("key"), primary_key=True, max_length=255, case_sensitive=True)
    org = models.CharField(_("organization"), max_length=255, db_index=True)
    display_name = models.CharField(_("title"), max_length=255, blank=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    # RESTRICT: content is only ever deleted through the course.
    learning_package = models.OneToOneField(
        "openedx_content.LearningPackage",
        on_delete=models.RESTRICT,
        null=True,
        editable=False,
        related_name="course",
        verbose_name=_("learning package"),
    )

    class Meta:
        ordering = ("id",)
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def get_from_id(cls, course_key: CourseKey) -> Self:
        """Find a course by its key. openedx-authz calls it by this name. Raises Course.DoesNotExist."""
        return cls.objects.get(id=course_key)


class CourseBlock(models.Model):
    """
    The entity of Learning Core that a block of a course is.

    1. A usage key, once given, never changes and never means another entity, even after the block is deleted.
    2. The content of the block, its children and its place are in Learning Core, in versions, and not here.
    3. The root of a course has the block type and the block id ``course``.

    .. no_pii:
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="blocks")
    usage_key = UsageKeyField(max_length=255, case_sensitive=True, unique=True)
    entity = models.OneToOneField(
        "openedx_content.PublishableEntity", on_delete=models.CASCADE, related_name="course_block"
    )

    class Meta:
        verbose_name = _("course block")
        verbose_name_plural = _("course blocks")

    def __str__(self) -> str:
        return str(self.usage_key)


class BlockDefinition(models.Model):
    """
    The OLX of one version of a block that holds other blocks.

    In Learning Core, a version of a component has OLX, but a version of a container has only a title and children.
    This row adds the OLX of the container: the element with all attributes, and with everything inside that is no
    block, such as the wiki of a course.

    Every version of a container of a course has a row, which never changes.

    .. no_pii:
    """

    # CASCADE: a version is only deleted together with its whole learning package.
    version = models.OneToOneField(
        "openedx_content.PublishableEntityVersion",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="block_definition",
    )
    olx = models.TextField()

    class Meta:
        verbose_name = _("block definition")
        verbose_name_plural = _("block definitions")

    def __str__(self) -> str:
        return f"Definition of version {self.version_id}"


class CompiledCourse(models.Model):
    """
    The state of a course after one publish, in the shape in which it is read.

    1. A job writes the row some time after the publish, from that publish log alone, even if there are newer logs.
       The row never changes, and is deleted together with the log.
    2. Readers use the row with the highest publish log. So a late compile of an older publish replaces nothing.
    3. Only the newest few rows of a course are kept; any can be compiled again.

    ``structure`` is described in ``compiling``.

    .. no_pii:
    """

    publish_log = models.OneToOneField(
        "openedx_content.PublishLog", on_delete=models.CASCADE, primary_key=True, related_name="compiled_course"
    )
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="compiled")
    publish_log_uuid = models.UUIDField(unique=True, help_text=_("Names the state of the course to clients."))
    structure = models.JSONField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("compiled course")
        verbose_name_plural = _("compiled courses")

    def __str__(self) -> str:
        return f"{self.course_id} as of publish {self.publish_log_uuid}"


class CompileAttempts(models.Model):
    """
    The number of attempts of workers to compile a publish. A success deletes the row.

    .. no_pii:
    """

    publish_log = models.OneToOneField(
        "openedx_content.PublishLog", on_delete=models.CASCADE, primary_key=True, related_name="compile_attempts"
    )
    count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("attempts to compile a course")
        verbose_name_plural = _("attempts to compile courses")

    def __str__(self) -> str:
        return f"{self.count} of publish {self.publish_log_id}"


class CompiledDefinition(models.Model):
    """
    The OLX element of one block of a compiled course, without the blocks in it.

    .. no_pii:
    """

    compiled = models.ForeignKey(CompiledCourse, on_delete=models.CASCADE, related_name="definitions")
    usage_key = UsageKeyField(max_length=255, case_sensitive=True)
    olx = models.TextField()

    class Meta:
        verbose_name = _("compiled definition")
        verbose_name_plural = _("compiled definitions")
        constraints = (
            models.UniqueConstraint(fields=("compiled", "usage_key"), name="content_libraries_definition_of_block"),
        )

    def __str__(self) -> str:
        return f"{self.usage_key} in {self.compiled_id}"
