"""
Measures a whole course, for the checklists of good practice and of launch on the frontend's outline page.

This site has no highlights, certificates or proctoring, and does not know how long videos are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from statistics import mean, median, mode

from django.contrib.auth.models import AnonymousUser, User
from django.utils.dateparse import parse_datetime
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.errors import InvalidValueError
from content_libraries.values import read_settings_file

from .data import CourseDetails, details_of

type AnyUser = User | AnonymousUser


def quality_of(user: AnyUser, course_key: api.CourseKey) -> dict[str, object]:
    """
    Measure how a course is built: number of sections, variety of subsections, length of units, videos.

    Raises NotFoundError and NotAllowedError.
    """
    details = details_of(user, course_key)
    structure = api.get_structure(course_key, user=user)
    blocks = _blocks(structure, user, {"chapter", "sequential", "vertical", "video"})
    units = [key for key, block in blocks.items() if key.block_type == "vertical" and _is_visible(block)]
    subsections = [key for key, block in blocks.items() if key.block_type == "sequential" and _is_visible(block)]
    sections = [block for key, block in blocks.items() if key.block_type == "chapter"]
    videos = [block for key, block in blocks.items() if key.block_type == "video"]
    kinds = [_kinds_of_components(structure, key) for key in subsections]
    return {
        "is_self_paced": details.self_paced,
        "sections": {
            "total_number": len(sections),
            "total_visible": sum(_is_visible(block) for block in sections),
            "number_with_highlights": 0,
            "highlights_active_for_course": False,
            "highlights_enabled": False,
        },
        "subsections": {
            "total_visible": len(subsections),
            "num_with_one_block_type": sum(len(each) == 1 for each in kinds),
            "num_block_types": _spread([len(each) for each in kinds]),
        },
        "units": {
            "total_visible": len(units),
            "num_blocks": _spread([len(structure.children.get(key, ())) for key in units]),
        },
        "videos": {
            "total_number": len(videos),
            "num_with_val_id": sum(bool(block.settings.get("edx_video_id")) for block in videos),
            "num_mobile_encoded": 0,
            "durations": _spread([]),
        },
    }


def validation_of(user: AnyUser, course_key: api.CourseKey) -> dict[str, object]:
    """
    Report which requirements a course meets before it begins.

    Raises NotFoundError and NotAllowedError.
    """
    details = details_of(user, course_key)
    structure = api.get_structure(course_key, user=user)
    blocks = _blocks(structure, user, {"sequential", "openassessment"})
    graded = [
        b for b in blocks.values() if b.usage_key.block_type == "sequential" and b.settings.get("graded") == "true"
    ]
    responses = [block for block in blocks.values() if block.usage_key.block_type == "openassessment"]
    early, late = _outside(details, graded, ("start", "due"))
    early_responses, late_responses = _outside(details, responses, ("submission_start", "submission_due"))
    weights = _weights(course_key)
    return {
        "is_self_paced": details.self_paced,
        "dates": {"has_start_date": details.start_date is not None, "has_end_date": details.end_date is not None},
        "assignments": {
            "total_number": len(graded),
            "total_visible": sum(_is_visible(block) for block in graded),
            "assignments_with_dates_before_start": early,
            "assignments_with_dates_after_end": late,
            "assignments_with_ora_dates_before_start": early_responses,
            "assignments_with_ora_dates_after_end": late_responses,
        },
        "grades": {"has_grading_policy": bool(weights), "sum_of_weights": sum(weights)},
        "certificates": {"is_enabled": False, "is_activated": False, "has_certificate": False},
        "updates": {"has_update": any(path.startswith("info/updates") for path in _file_paths(course_key))},
        "proctoring": {"needs_proctoring_escalation_email": False, "has_proctoring_escalation_email": False},
    }


def _blocks(structure: api.CourseStructure, user: AnyUser, types: Collection[str]) -> dict[UsageKey, api.Block]:
    """Return the blocks of some types in the course, by usage key and in document order."""
    keys = [key for key, _depth in structure.walk() if key.block_type in types]
    return {block.usage_key: block for block in api.get_blocks(keys, user=user)}


def _is_visible(block: api.Block) -> bool:
    return block.settings.get("visible_to_staff_only") != "true"


def _kinds_of_components(structure: api.CourseStructure, subsection: UsageKey) -> set[str]:
    below = structure.walk(subsection)
    return {key.block_type for key, depth in below if depth and key.block_type != "vertical"}


def _spread(numbers: Sequence[int]) -> dict[str, float | None]:
    measures: Mapping[str, Callable[[Sequence[int]], float]]
    measures = {"min": min, "max": max, "mean": mean, "median": median, "mode": mode}
    return {name: round(measure(numbers), 2) if numbers else None for name, measure in measures.items()}


def _outside(
    details: CourseDetails, blocks: Iterable[api.Block], names: Sequence[str]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the blocks with a date before the course begins, and the blocks with a date after it ends."""
    begin, end = _moment(details.start_date), _moment(details.end_date)
    early, late = [], []
    for block in blocks:
        dates = [moment for name in names if (moment := _moment(block.settings.get(name)))]
        data = {"id": str(block.usage_key), "display_name": block.title}
        if begin and any(date < begin for date in dates):
            early.append(data)
        if end and any(date > end for date in dates):
            late.append(data)
    return early, late


def _moment(text: str | None) -> datetime | None:
    """Parse a date of a course, which may be in quotes in OLX; None if it is not a date."""
    try:
        moment = parse_datetime((text or "").strip('"'))
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def _weights(course_key: api.CourseKey) -> list[float]:
    """Return the weights of the kinds of assignments; empty without a readable grading policy."""
    for _path, data in api.course_store().read_files(course_key, [api.GRADING_POLICY_PATH]):
        try:
            graders = read_settings_file(data).get("GRADER")
        except InvalidValueError:
            return []
        return [float(grader["weight"]) for grader in graders or () if _has_weight(grader)]
    return []


def _has_weight(grader: object) -> bool:
    return isinstance(grader, Mapping) and isinstance(grader.get("weight"), int | float)


def _file_paths(course_key: api.CourseKey) -> Iterable[str]:
    return api.course_store().files(course_key)
