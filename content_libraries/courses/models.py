"""Models of the course store."""

from __future__ import annotations

from typing import Self

from django.db import models
from opaque_keys.edx.django.models import CourseKeyField
from opaque_keys.edx.keys import CourseKey


class Course(models.Model):
    """
    A course that this site knows by its key.

    It is the object that course-scoped roles of openedx-authz refer to (``OPENEDX_AUTHZ_COURSE_OVERVIEW_MODEL``),
    which is why the course key is the primary key and is called ``id``, as in the platform's course overviews.

    .. no_pii:
    """

    id = CourseKeyField(primary_key=True, max_length=255, case_sensitive=True)
    org = models.CharField(max_length=255, db_index=True)
    display_name = models.CharField(max_length=255, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def get_from_id(cls, course_key: CourseKey) -> Self:
        """Find a course by its key. The name is what openedx-authz calls. Raises Course.DoesNotExist."""
        return cls.objects.get(id=course_key)
