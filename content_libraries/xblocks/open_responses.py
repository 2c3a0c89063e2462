"""
Lets Open Responses (``ora2``) run without a database.

Their class looks up rubrics and assessments in tables of submissions, and switches in tables of the platform. Authors
who write and preview a question need none of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from opaque_keys.edx.keys import UsageKey
from xblock.core import XBlock
from xblock.fields import List, Scope, String

_CLASS: Final = ("openassessment.xblock.openassessmentblock", "OpenAssessmentBlock")


def without_database(cls: type[XBlock]) -> type[XBlock]:
    """Return a class that needs no database: a subclass for Open Responses, otherwise the class itself."""
    return _open_response() if (cls.__module__, cls.__name__) == _CLASS else cls


class _Time(String):
    """A time as the class reads it from OLX. Its editor sends the same with a zone."""

    def from_json(self, value: object) -> object:
        return _without_zone(value)

    def to_json(self, value: object) -> object:
        return _without_zone(value)


class _Assessments(List):
    """Steps of an assessment, with times as in ``_Time``."""

    def to_json(self, value: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
        return [
            {name: _without_zone(what) if name in {"start", "due"} else what for name, what in step.items()}
            for step in value
        ]


def _without_zone(value: object) -> object:
    return value.removesuffix("+00:00") if isinstance(value, str) else value


@cache
def _open_response() -> type[XBlock]:
    from openassessment.xblock.apis.assessments.staff_assessment_api import StaffAssessmentAPI  # noqa: PLC0415
    from openassessment.xblock.openassessmentblock import OpenAssessmentBlock  # noqa: PLC0415
    from openassessment.xblock.utils import validation  # noqa: PLC0415 - a site may do without

    validation.rubric_from_dict = _check_rubric
    StaffAssessmentAPI.staff_assessment_exists = staticmethod(lambda _submission: False)

    class OpenResponse(OpenAssessmentBlock):
        """An Open Response without submissions, assessments, teams and switches."""

        # Attributes that the OLX lacks are read as None, not as the defaults of the class.
        submission_start = _Time(default=None, scope=Scope.settings)
        submission_due = _Time(default=None, scope=Scope.settings)
        selected_teamset_id = String(default=None, scope=Scope.settings)
        rubric_assessments = _Assessments(default=OpenAssessmentBlock.rubric_assessments.default, scope=Scope.content)

        @property
        def title(self) -> str:
            """Return the display name. A separate field ``title`` could differ from it, and would not be in the OLX."""
            return str(self.display_name)

        @title.setter
        def title(self, value: str) -> None:
            self.display_name = value

        @property
        def location(self) -> UsageKey:
            """Return the key by which the editor knows the block."""
            key: UsageKey = self.scope_ids.usage_id
            return key

        def is_feature_enabled(self, _flag: str) -> bool:
            return False

        def get_teamsets(self, _course_id: object) -> None:
            return None

    return OpenResponse


def _check_rubric(rubric: Mapping[str, Any]) -> None:
    """Raise InvalidRubric if the data cannot be stored as a rubric."""
    from openassessment.assessment.serializers import InvalidRubric  # noqa: PLC0415
    from openassessment.assessment.serializers.base import CriterionSerializer  # noqa: PLC0415

    criteria = [
        {
            "order_num": number,
            **criterion,
            "options": [{"order_num": index, **option} for index, option in enumerate(criterion.get("options", ()))],
        }
        for number, criterion in enumerate(rubric.get("criteria", ()))
    ]
    serializer = CriterionSerializer(data=criteria, many=True)
    if not serializer.is_valid():
        raise InvalidRubric(serializer.errors)
