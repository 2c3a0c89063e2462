"""From the shape of a course to the shape of a library (wire: imports-shape)."""

from __future__ import annotations

from pathlib import Path

import pytest

from content_libraries.imports.data import Action, Level
from content_libraries.imports.plan.shape import Node, shape

from .sources import read_course

COURSE = """
<chapter url_name="c1" display_name="Chapter">
  <sequential url_name="s1" display_name="Sequence">
    <vertical url_name="v1" display_name="Vertical"><html url_name="h1"/><problem url_name="p1"/></vertical>
    <vertical url_name="v2" display_name="Second"><html url_name="h2"/></vertical>
  </sequential>
</chapter>
"""


def outline(nodes: list[Node]) -> list[str]:
    """The nodes that nothing holds, each with what it holds: ``unit:v1[html:h1 problem:p1]``."""
    held = {id(child) for node in nodes for child in node.children}

    def text(node: Node) -> str:
        inside = " ".join(text(child) for child in node.children)
        return f"{node.item_type}:{node.source_key.block_id}" + (f"[{inside}]" if node.rank else "")

    return [text(node) for node in nodes if id(node) not in held and node.fate is None]


def fates(nodes: list[Node]) -> dict[str, Action]:
    return {str(node.source_key.block_id): node.fate for node in nodes if node.fate}


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Level.COMPONENT, ["html:h1", "problem:p1", "html:h2"]),
        (Level.UNIT, ["unit:v1[html:h1 problem:p1]", "unit:v2[html:h2]"]),
        (Level.SUBSECTION, ["subsection:s1[unit:v1[html:h1 problem:p1] unit:v2[html:h2]]"]),
        (Level.SECTION, ["section:c1[subsection:s1[unit:v1[html:h1 problem:p1] unit:v2[html:h2]]]"]),
    ],
)
def test_containers_are_made_up_to_the_level(tmp_path: Path, level: Level, expected: list[str]) -> None:
    assert outline(shape(read_course(tmp_path, COURSE), level)) == expected


def test_a_component_with_children_is_left_out_and_its_children_take_its_place(tmp_path: Path) -> None:
    tree = read_course(
        tmp_path,
        """<chapter url_name="c"><sequential url_name="s"><vertical url_name="v">
        <html url_name="before"/>
        <library_content url_name="random"><problem url_name="p1"/><problem url_name="p2"/></library_content>
        <html url_name="after"/>
        </vertical></sequential></chapter>""",
    )
    nodes = shape(tree, Level.UNIT)
    assert outline(nodes) == ["unit:v[html:before problem:p1 problem:p2 html:after]"]
    (left_out,) = [node for node in nodes if node.fate]
    assert (left_out.item_type, left_out.fate) == ("library_content", Action.LEAVE_OUT)


def test_groups_of_an_experiment_become_units_after_the_unit_that_held_it(tmp_path: Path) -> None:
    tree = read_course(
        tmp_path,
        """<chapter url_name="c"><sequential url_name="s">
        <vertical url_name="v">
          <html url_name="h"/>
          <split_test url_name="test">
            <vertical url_name="group-a"><html url_name="a"/></vertical>
            <vertical url_name="group-b"><html url_name="b"/></vertical>
          </split_test>
        </vertical>
        <vertical url_name="next"/>
        </sequential></chapter>""",
    )
    nodes = shape(tree, Level.SUBSECTION)
    assert outline(nodes) == ["subsection:s[unit:v[html:h] unit:group-a[html:a] unit:group-b[html:b] unit:next[]]"]
    (group,) = [node for node in nodes if node.source_key.block_id == "group-a"]
    assert "split_test" in group.reason


def test_a_container_in_its_own_kind_is_dissolved(tmp_path: Path) -> None:
    tree = read_course(
        tmp_path,
        """<chapter url_name="c"><sequential url_name="s"><vertical url_name="outer">
        <html url_name="h1"/><vertical url_name="inner"><html url_name="h2"/></vertical><html url_name="h3"/>
        </vertical></sequential></chapter>""",
    )
    nodes = shape(tree, Level.UNIT)
    assert outline(nodes) == ["unit:outer[html:h1 html:h2 html:h3]"]
    assert fates(nodes) == {"inner": Action.DISSOLVE}


def test_blocks_a_level_too_high_are_wrapped_run_by_run(tmp_path: Path) -> None:
    tree = read_course(
        tmp_path,
        """<chapter url_name="c" display_name="Old course">
        <html url_name="h0"/>
        <vertical url_name="v0"/>
        <sequential url_name="s"><html url_name="h1"/><html url_name="h2"/>
          <vertical url_name="v"/><html url_name="h3"/></sequential>
        </chapter>""",
    )
    nodes = shape(tree, Level.SECTION)
    assert outline(nodes) == [
        "section:c["
        "subsection:c-contents-0[unit:c-contents-0-contents-0[html:h0] unit:v0[]] "
        "subsection:s[unit:s-contents-0[html:h1 html:h2] unit:v[] unit:s-contents-2[html:h3]]]"
    ]
    assert {node.title for node in nodes if node.block is None} == {"Old course", "s"}


def test_a_block_under_two_parents_is_one_item_in_both(tmp_path: Path) -> None:
    folder = tmp_path / "problem"
    folder.mkdir()
    (folder / "shared.xml").write_text("<problem>2 + 2?</problem>")
    tree = read_course(
        tmp_path,
        """<chapter url_name="c"><sequential url_name="s">
        <vertical url_name="v1"><problem url_name="shared"/></vertical>
        <vertical url_name="v2"><problem url_name="shared"/></vertical>
        </sequential></chapter>""",
    )
    nodes = shape(tree, Level.UNIT)
    assert outline(nodes) == ["unit:v1[problem:shared]", "unit:v2[problem:shared]"]
    assert [node.item_type for node in nodes].count("problem") == 1


def test_titles_fall_back_to_names_and_fit_their_column(tmp_path: Path) -> None:
    tree = read_course(
        tmp_path,
        f"""<chapter url_name="c" display_name=""><sequential url_name="s" display_name="{"x" * 600}">
        <vertical url_name="v" display_name=" &#160;&#10;"/></sequential></chapter>""",
    )
    titles = [node.title for node in shape(tree, Level.SECTION)]
    assert titles == ["c", "x" * 500, "v"]


def test_added_containers_have_keys_of_their_own(tmp_path: Path) -> None:
    tree = read_course(
        tmp_path,
        """<chapter url_name="a"><problem url_name="p"/></chapter>
        <chapter url_name="b"><sequential url_name="a-contents-0" display_name="x"/></chapter>""",
    )
    nodes = shape(tree, Level.SECTION)
    assert len({node.source_key for node in nodes}) == len(nodes)
    assert outline(nodes) == [
        "section:a[subsection:a-contents-0-1[unit:a-contents-0-1-contents-0[problem:p]]]",
        "section:b[subsection:a-contents-0[]]",
    ]


def test_a_block_that_stands_twice_in_one_container_stands_there_twice(tmp_path: Path) -> None:
    tree = read_course(
        tmp_path,
        """<chapter url_name="c"><sequential url_name="s"><vertical url_name="v"><problem url_name="p"/>
        <html url_name="h"/><problem url_name="p"/></vertical></sequential></chapter>""",
    )
    nodes = shape(tree, Level.UNIT)
    assert outline(nodes) == ["unit:v[problem:p html:h problem:p]"]
    assert [node.source_key.block_id for node in nodes] == ["v", "p", "h"]


def test_a_container_has_each_item_once(tmp_path: Path) -> None:
    tree = read_course(
        tmp_path,
        """<chapter url_name="c"><sequential url_name="s"><vertical url_name="v"><problem url_name="p"/>
        <library_content url_name="random"><problem url_name="p"/></library_content></vertical>
        </sequential></chapter>""",
    )
    assert outline(shape(tree, Level.UNIT)) == ["unit:v[problem:p]"]
