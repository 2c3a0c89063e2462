"""Settings of a block: its attributes, its policy, and what its ancestors hand down."""

from __future__ import annotations

import json

import pytest

from content_libraries.olx.api import read_archive

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
@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '"x"', "[" * 100_000, '{"a": ' + "9" * 5000 + "}", b'{"course/R": {"a": "\xe9"}}'],
    ids=["nothing", "unclosed", "list", "null", "text", "deep", "digits", "latin"],
)
def test_a_policy_that_is_not_a_json_object_is_ignored_with_a_note(
    course_folder: CourseFolder, name: str, content: str | bytes
) -> None:
    tree = read_archive(course_folder({f"policies/R/{name}": content or b" "}))
    assert (tree.policies, tree.grading_policy) == ({}, None)
    assert [note.values["path"] for note in tree.notes] == [f"policies/R/{name}"]
    assert f"policies/R/{name}" in {file.path for file in tree.other_files}


def test_entries_of_a_policy_that_are_no_settings_are_ignored_with_a_note(course_folder: CourseFolder) -> None:
    """Grading tools and hand-made courses put tabs and lists beside the settings of blocks."""
    policy = {"course/R": {"display_name": "C"}, "tabs": [{"type": "courseware"}], "problem/p": None}
    tree = read_archive(course_folder({"policies/R/policy.json": json.dumps(policy)}))
    assert (tree.display_name, tree.policies) == ("C", {"course/R": {"display_name": "C"}})
    assert [note.values for note in tree.notes] == [{"path": "policies/R/policy.json", "names": "tabs, problem/p"}]


def test_a_policy_of_an_older_export_is_read_in_place_of_a_broken_one(course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({"policies/R/policy.json": "[]", "policies/R.json": '{"course/R": {"a": 1}}'}))
    assert (tree.policies, len(tree.notes)) == ({"course/R": {"a": 1}}, 1)
