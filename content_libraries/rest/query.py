"""Reads query parameters of requests."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.request import Request

from ..errors import NotFoundError
from ..keys import CourseKey, course_key


def course_parameter(request: Request) -> CourseKey | None:
    """
    Return the course that the query names as the place for which something is read; None without one.

    A plus sign that a client has not encoded arrives as a space. Raises NotFoundError.
    """
    text = request.query_params.get("course_id", "").replace(" ", "+")
    if not text:
        return None
    key = course_key(text)
    if not key.is_course:
        raise NotFoundError(_("“%(text)s” is not the key of a course.") % {"text": text})
    return key


COURSE_PARAMETER: Final = OpenApiParameter(
    "course_id",
    str,
    description="Key of a course. Whoever may view library updates there reads, without a role in the library, what"
    " is published of the items that the course is linked to.",
    examples=[OpenApiExample("A course", value="course-v1:CL-TEST+Chemistry+2026")],
)


def without_blanks(query: QueryDict, *, keep: Collection[str] = ()) -> QueryDict:
    """
    Return a query without blank values. A parameter with blank values only is removed.

    Frontends send every parameter of a list, also ``text_search=``, and a blank parameter is not a filter.

    Args:
        keep: names of parameters that have a meaning without a value.
    """
    said = [(name, value) for name, values in query.lists() for value in values if value.strip() or name in keep]
    return QueryDict(urlencode(said), encoding="utf-8")
