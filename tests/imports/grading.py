"""Grades answers with the problem engine of the platform, to see that a problem asks what its source asked."""

from __future__ import annotations

import re
from gettext import NullTranslations
from types import SimpleNamespace
from typing import Any

from xblocks_contrib.problem.capa.capa_problem import LoncapaProblem, LoncapaSystem


def grade(olx: str, *answers: str | list[str]) -> list[str]:
    """
    Answer the fields of a problem, in their order.

    Returns: "correct", "incorrect" or "partially-correct" for each field.
    """
    problem = _problem(olx)
    fields = _fields(problem)
    assert len(fields) == len(answers), fields
    corrects = problem.grade_answers(dict(zip(fields, answers, strict=True)))
    return [corrects.get_correctness(field) for field in fields]


def _problem(olx: str) -> Any:
    system = LoncapaSystem(
        ajax_url="",
        anonymous_student_id="",
        cache=None,
        can_execute_unsafe_code=lambda: False,
        get_python_lib_zip=lambda: None,
        DEBUG=False,
        i18n=NullTranslations(),
        render_template=lambda _name, _context: "<div/>",
        resources_fs=None,
        seed=1,
        xqueue=None,
    )
    block = SimpleNamespace(usage_key="p", runtime=SimpleNamespace(publish=lambda *_args: None))
    return LoncapaProblem(olx, "p", system, block, state={}, seed=1)


def _fields(problem: Any) -> list[str]:
    return sorted(problem.inputs, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])
