"""Drafts beside the published branch, and the branch that they make together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from content_libraries.olx.api import DEFAULT_LIMITS, OlxTree, parse_block, read_archive, tree_with_drafts
from content_libraries.olx.errors import ArchiveTooLargeError

from .builders import CourseFolder, faults_in
from .test_reading import block_in, outline

IN_SUBSECTION = 'parent_url="block-v1:O+C+R+type@sequential+block@s" index_in_children_list="{}"'


def overlaid(folder: Path) -> OlxTree:
    return tree_with_drafts(read_archive(folder))


def test_a_draft_knows_its_place_and_nothing_of_it_is_a_setting(course_folder: CourseFolder) -> None:
    tree = read_archive(
        course_folder({"drafts/vertical/d.xml": f'<vertical display_name="D" {IN_SUBSECTION.format(3)}/>'})
    )
    (draft,) = tree.drafts
    assert (draft.parent_url, draft.index) == ("block-v1:O+C+R+type@sequential+block@s", 3)
    assert draft.block.key == ("vertical", "d")
    assert draft.block.attributes == {"display_name": "D"}
    assert draft.block.olx == '<vertical display_name="D"/>'
    assert draft.block.path == "drafts/vertical/d.xml"
    assert tree.other_files == ()


def test_drafts_do_not_change_the_published_tree(course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({"drafts/problem/p.xml": '<problem display_name="New"/>'}))
    assert block_in(tree, "problem", "p").attributes["display_name"] == "A problem"
    assert (tree.drafts[0].parent_url, tree.drafts[0].index) == (None, None)


def test_a_draft_takes_the_place_of_what_is_published(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "sequential/s.xml": '<sequential><vertical url_name="v"/><vertical url_name="w"/></sequential>',
            "vertical/w.xml": '<vertical><problem url_name="p"/></vertical>',
            "drafts/problem/p.xml": '<problem display_name="New"/>',
        }
    )
    tree = overlaid(folder)
    problems = [block for block in tree.walk() if block.tag == "problem"]
    assert [problem.olx for problem in problems] == ['<problem display_name="New"/>']
    assert outline(tree.root).count("problem:p") == 2
    assert tree.drafts == ()
    assert block_in(tree, "vertical", "v").olx == '<vertical display_name="A unit"><problem url_name="p"/></vertical>'


def test_a_draft_html_has_its_body_beside_it(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "vertical/v.xml": '<vertical><html url_name="h"/></vertical>',
            "html/h.xml": '<html filename="h"/>',
            "html/h.html": "published",
            "drafts/html/h.xml": '<html filename="h"/>',
            "drafts/html/h.html": "draft",
        }
    )
    assert block_in(read_archive(folder), "html", "h").body == "published"
    assert block_in(overlaid(folder), "html", "h").body == "draft"


def test_an_inline_html_block_of_a_draft_has_its_body_among_the_drafts(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "drafts/vertical/v.xml": '<vertical><html url_name="h" filename="f"/></vertical>',
            "drafts/html/f.html": "draft",
            "html/f.html": "published",
        }
    )
    assert block_in(overlaid(folder), "html", "h").body == "draft"


def test_a_draft_points_to_files_of_another_name_among_the_drafts_first(course_folder: CourseFolder) -> None:
    pointers = '<problem url_name="a" filename="f"/><problem url_name="b" filename="g"/>'
    folder = course_folder(
        {
            "drafts/vertical/v.xml": f"<vertical>{pointers}</vertical>",
            "drafts/problem/f.xml": "<problem>Draft</problem>",
            "problem/f.xml": "<problem>Published</problem>",
            "problem/g.xml": "<problem>Published</problem>",
        }
    )
    unit = block_in(overlaid(folder), "vertical", "v")
    assert [(block.url_name, block.olx) for block in unit.children] == [
        ("a", "<problem>Draft</problem>"),
        ("b", "<problem>Published</problem>"),
    ]


def test_children_of_a_draft_are_drafts_first_then_published(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "drafts/vertical/v.xml": '<vertical><problem url_name="p"/><problem url_name="q"/></vertical>',
            "drafts/problem/q.xml": '<problem display_name="Draft only"/>',
        }
    )
    tree = read_archive(folder)
    drafts = {draft.block.key: draft.block for draft in tree.drafts}
    published, new = drafts["vertical", "v"].children
    assert published is block_in(tree, "problem", "p")
    assert new is drafts["problem", "q"]
    assert outline(overlaid(folder).root) == ("course:R[chapter:c[sequential:s[vertical:v[problem:p problem:q]]]]")


def test_drafts_without_a_published_version_are_inserted_at_their_index(course_folder: CourseFolder) -> None:
    drafts = {
        f"drafts/vertical/{name}.xml": f"<vertical {IN_SUBSECTION.format(index)}/>"
        for name, index in {"a": 1, "b": 0, "c": 3}.items()
    }
    old_key = "i4x://O/C/sequential/s"
    folder = course_folder({**drafts, "drafts/vertical/old.xml": f'<vertical parent_sequential_url="{old_key}"/>'})
    subsection = block_in(overlaid(folder), "sequential", "s")
    assert [child.url_name for child in subsection.children] == ["b", "a", "v", "c", "old"]
    assert parse_block(subsection.olx).children == tuple(
        parse_block(f'<vertical url_name="{name}"/>') for name in ["b", "a", "v", "c", "old"]
    )


@pytest.mark.parametrize(
    ("subsection", "result"),
    [
        ("<sequential a='1' />", "<sequential a='1'>\n  <vertical url_name=\"d\"/>\n</sequential>"),
        ("<sequential></sequential>", '<sequential>\n  <vertical url_name="d"/></sequential>'),
        (
            '<sequential>\n\t<!-- x --><vertical url_name="v"/>\n<wiki/></sequential>',
            '<sequential>\n  <vertical url_name="d"/>\n\t<!-- x --><vertical url_name="v"/>\n<wiki/></sequential>',
        ),
        (
            '<sequential>\n\t<vertical url_name="v"/>\n</sequential>',
            '<sequential>\n\t<vertical url_name="d"/>\n\t<vertical url_name="v"/>\n</sequential>',
        ),
    ],
)
def test_an_inserted_draft_leaves_the_rest_of_the_text(
    course_folder: CourseFolder, subsection: str, result: str
) -> None:
    folder = course_folder(
        {"sequential/s.xml": subsection, "drafts/vertical/d.xml": f"<vertical {IN_SUBSECTION.format(0)}/>"}
    )
    assert block_in(overlaid(folder), "sequential", "s").olx == result


def test_a_draft_of_an_inline_block_turns_it_into_a_pointer(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "sequential/s.xml": (
                '<sequential><vertical url_name="i" display_name="I">'
                '<poll url_name="q" question="Old">x</poll></vertical></sequential>'
            ),
            "drafts/poll/q.xml": '<poll question="New"/>',
        }
    )
    tree = overlaid(folder)
    assert block_in(tree, "poll", "q").attributes == {"question": "New"}
    expected = '<vertical url_name="i" display_name="I"><poll url_name="q"/></vertical>'
    assert block_in(tree, "vertical", "i").olx == expected
    assert block_in(tree, "sequential", "s").olx == f"<sequential>{expected}</sequential>"


def test_a_draft_that_is_in_its_parent_already_is_not_inserted_again(course_folder: CourseFolder) -> None:
    folder = course_folder({"drafts/vertical/v.xml": f'<vertical display_name="New" {IN_SUBSECTION.format(7)}/>'})
    assert outline(overlaid(folder).root) == "course:R[chapter:c[sequential:s[vertical:v]]]"


@pytest.mark.parametrize("parent", ["block-v1:O+C+R+type@sequential+block@gone", "nonsense", ""])
def test_a_draft_without_a_place_is_kept_aside(course_folder: CourseFolder, parent: str) -> None:
    tree = overlaid(course_folder({"drafts/vertical/d.xml": f'<vertical parent_url="{parent}"/>'}))
    assert [draft.block.url_name for draft in tree.drafts] == ["d"]
    assert outline(tree.root) == "course:R[chapter:c[sequential:s[vertical:v[problem:p]]]]"


@pytest.mark.parametrize("index", ["", "-1", "x", "9" * 5000])
def test_an_index_that_is_none(course_folder: CourseFolder, index: str) -> None:
    tree = read_archive(course_folder({"drafts/vertical/d.xml": f"<vertical {IN_SUBSECTION.format(index)}/>"}))
    assert tree.drafts[0].index is None


def test_a_tree_without_drafts_stays_itself(course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({}))
    assert tree_with_drafts(tree) is tree


def test_what_no_draft_touches_stays_the_same_object(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "sequential/s.xml": '<sequential><vertical url_name="v"/><vertical url_name="w"/></sequential>',
            "vertical/w.xml": '<vertical display_name="Other"/>',
            "drafts/problem/p.xml": "<problem/>",
        }
    )
    tree = read_archive(folder)
    assert block_in(tree_with_drafts(tree), "vertical", "w") is block_in(tree, "vertical", "w")


def test_drafts_that_make_a_cycle_with_what_is_published(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "vertical/v.xml": '<vertical><wrapper url_name="w"/></vertical>',
            "wrapper/w.xml": '<wrapper><problem url_name="p"/></wrapper>',
            "drafts/wrapper/w.xml": '<wrapper parent_url="block-v1:O+C+R+type@vertical+block@v"/>',
            "drafts/vertical/v.xml": '<vertical parent_url="block-v1:O+C+R+type@wrapper+block@w"/>',
        }
    )
    (fault,) = faults_in(overlaid(folder))
    assert "With its drafts, vertical 'v' contains itself" in fault.message


@pytest.mark.parametrize("parent", ["gone", "v1"])
def test_drafts_of_unknown_parents_come_last_where_all_are_placed(course_folder: CourseFolder, parent: str) -> None:
    place = f'parent_url="block-v1:O+C+R+type@sequential+block@{parent}"'
    folder = course_folder(
        {
            "drafts/vertical/v1.xml": f'<vertical {place}><problem url_name="p1"/></vertical>',
            "drafts/problem/p1.xml": "<problem>new</problem>",
            "drafts/html/h1.xml": "<html>new</html>",
        }
    )
    tree = read_archive(folder)
    assert [draft.block.url_name for draft in tree_with_drafts(tree).drafts] == ["h1", "p1", "v1"]
    whole = tree_with_drafts(tree, place_all=True)
    assert whole.drafts == ()
    assert outline(whole.root).endswith(" html:h1 vertical:v1[problem:p1]]")
    assert all("its parent is not in the course" in block.note for block in whole.root.children[1:])


def test_drafts_that_name_each_other_as_parents_are_placed(course_folder: CourseFolder) -> None:
    key = "block-v1:O+C+R+type@wrapper+block@"
    drafts = {f"drafts/wrapper/{a}.xml": f'<wrapper parent_url="{key}{b}"/>' for a, b in ("ab", "ba")}
    tree = tree_with_drafts(read_archive(course_folder(drafts)), place_all=True)
    assert {("wrapper", "a"), ("wrapper", "b")} <= {block.key for block in tree.walk()}
    assert tree.drafts == ()


def test_a_pointer_to_a_draft_says_so_and_leads_to_it_with_drafts(course_folder: CourseFolder) -> None:
    folder = course_folder({"problem/p.xml": "", "drafts/problem/p.xml": "<problem>new</problem>"})
    (fault,) = faults_in(read_archive(folder))
    assert "vertical/v.xml points to problem/p.xml, which is only a draft" in fault.message
    assert block_in(overlaid(folder), "problem", "p").olx == "<problem>new</problem>"


def test_drafts_that_nest_too_deep(course_folder: CourseFolder) -> None:
    key = "block-v1:O+C+R+type@vertical+block@"
    chain = {f"drafts/vertical/d{n}.xml": f'<vertical parent_url="{key}d{n - 1}"/>' for n in range(1, 500)}
    folder = course_folder({**chain, "drafts/vertical/d0.xml": f'<vertical parent_url="{key}v"/>'})
    with pytest.raises(ArchiveTooLargeError, match="more than 50 deep"):
        overlaid(folder)


def test_drafts_that_unfold_beyond_the_limit(course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({"drafts/vertical/d.xml": f"<vertical {IN_SUBSECTION.format(0)}/>"}))
    with pytest.raises(ArchiveTooLargeError, match="more than 5 blocks"):
        tree_with_drafts(tree, limits=replace(DEFAULT_LIMITS, blocks=5))


def test_two_drafts_that_define_one_inline_block_differently(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "drafts/vertical/a.xml": '<vertical><poll url_name="q" a="1"/></vertical>',
            "drafts/vertical/b.xml": '<vertical><poll url_name="q" a="2"/></vertical>',
        }
    )
    (fault,) = faults_in(read_archive(folder))
    assert "drafts/vertical/a.xml and drafts/vertical/b.xml" in fault.message


def test_a_draft_that_cannot_be_read_leaves_the_published_block(course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({"drafts/problem/p.xml": "<problem><p></problem>"}))
    assert [fault.path for fault in faults_in(tree)] == ["drafts/problem/p.xml"]
    problem = block_in(tree_with_drafts(tree), "problem", "p")
    assert (problem.olx, problem.fault) == (block_in(tree, "problem", "p").olx, None)
    assert "Its draft cannot be read" in problem.note
    assert "drafts/problem/p.xml" in problem.note


def test_a_draft_that_cannot_be_read_and_has_no_place_is_not_silently_lost(course_folder: CourseFolder) -> None:
    folder = course_folder({"drafts/problem/new.xml": f"<problem {IN_SUBSECTION.format(0)}><p></problem>"})
    assert [draft.block.url_name for draft in overlaid(folder).drafts] == ["new"]
    tree = tree_with_drafts(read_archive(folder), place_all=True)
    assert tree.root.children[-1] is block_in(tree, "problem", "new")
    assert [fault.path for fault in faults_in(tree)] == ["drafts/problem/new.xml"]
    assert tree.drafts == ()


def test_a_draft_that_cannot_be_read_stands_where_nothing_is_published(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "vertical/v.xml": '<vertical><problem url_name="p"/><problem url_name="new"/></vertical>',
            "drafts/vertical/v.xml": '<vertical><problem url_name="p"/><problem url_name="new"/></vertical>',
            "drafts/problem/new.xml": "<problem><p></problem>",
        }
    )
    new = block_in(overlaid(folder), "problem", "new")
    assert new.fault is not None
    assert new.fault.path in {"drafts/problem/new.xml", "vertical/v.xml"}


@pytest.mark.parametrize("path", ["drafts/html/.xml", "drafts/html/a:b.xml", "drafts/x.xml", "drafts/html/x.html"])
def test_files_that_are_no_drafts_are_kept_as_files(course_folder: CourseFolder, path: str) -> None:
    tree = read_archive(course_folder({path: "<html/>"}))
    assert tree.drafts == ()
    assert [file.path for file in tree.other_files] == [path]
