"""Settings of a block: its attributes, its policy, and what its ancestors hand down."""

from __future__ import annotations

import pytest

from content_libraries.olx.api import read_archive
from content_libraries.olx.errors import InvalidPolicyError, UnsupportedEncodingError

from .builders import CourseFolder


def test_a_policy_wins_over_attributes(course_folder: CourseFolder) -> None:
    policy = '{"course/R": {"display_name": "By policy", "tabs": [1]}, "problem/p": {"weight": 2.5}}'
    tree = read_archive(course_folder({"policies/R/policy.json": policy}))
    *_, problem = tree.walk()
    assert tree.display_name == "By policy"
    assert tree.settings_of(tree.root) == {"display_name": "By policy", "tabs": [1]}
    assert tree.settings_of(problem) == {"display_name": "A problem", "weight": 2.5}
    assert problem.attributes == {"display_name": "A problem"}
    assert tree.other_files == ()


def test_only_inheritable_settings_are_handed_down_and_the_nearest_wins(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "policies/R/policy.json": '{"course/R": {"start": "2020", "graceperiod": "1 hour", "tabs": []}}',
            "chapter/c.xml": (
                '<chapter start="2021" visible_to_staff_only="true"><sequential url_name="s"/></chapter>'
            ),
            "sequential/s.xml": (
                '<sequential graded="true" format="Homework" due="2022" group_access="{}" display_name="S">'
                '<vertical url_name="v"/></sequential>'
            ),
        }
    )
    tree = read_archive(folder)
    course, chapter, sequential, *_ = tree.walk()
    assert tree.inherited_settings([]) == {}
    assert tree.inherited_settings([course, chapter, sequential]) == {
        "start": "2021",
        "graceperiod": "1 hour",
        "visible_to_staff_only": "true",
        "graded": "true",
        "format": "Homework",
        "due": "2022",
        "group_access": "{}",
    }


def test_grading_policy(course_folder: CourseFolder) -> None:
    folder = course_folder({"policies/R/grading_policy.json": '{"GRADER": [], "GRADE_CUTOFFS": {"Pass": 0.5}}'})
    assert read_archive(folder).grading_policy == {"GRADER": [], "GRADE_CUTOFFS": {"Pass": 0.5}}


def test_places_of_older_exports(course_folder: CourseFolder) -> None:
    folder = course_folder({"policies/R.json": '{"course/R": {"a": 1}}', "grading_policy.json": '{"GRADER": []}'})
    tree = read_archive(folder)
    assert tree.policies == {"course/R": {"a": 1}}
    assert tree.grading_policy == {"GRADER": []}
    assert tree.other_files == ()


def test_a_course_without_policies(course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({}))
    assert (tree.policies, tree.grading_policy) == ({}, None)


@pytest.mark.parametrize("name", ["policy.json", "grading_policy.json"])
@pytest.mark.parametrize("content", ["{", "[]", "null", "[" * 100_000, '{"a": ' + "9" * 5000 + "}"])
def test_a_policy_that_is_not_a_json_object(course_folder: CourseFolder, name: str, content: str) -> None:
    with pytest.raises(InvalidPolicyError, match=rf"policies/R/{name} is not") as caught:
        read_archive(course_folder({f"policies/R/{name}": content}))
    assert caught.value.path == f"policies/R/{name}"


def test_a_policy_that_gives_no_settings(course_folder: CourseFolder) -> None:
    with pytest.raises(InvalidPolicyError, match="no object for 'course/R'"):
        read_archive(course_folder({"policies/R/policy.json": '{"course/R": []}'}))


def test_a_policy_that_is_not_utf8(course_folder: CourseFolder) -> None:
    with pytest.raises(UnsupportedEncodingError, match=r"policies/R/policy\.json"):
        read_archive(course_folder({"policies/R/policy.json": b'{"course/R": {"a": "\xe9"}}'}))
