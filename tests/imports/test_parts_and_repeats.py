"""Importing parts of a course, and importing again after edits in the library (wire: imports-options)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openedx_content.models_api import Collection, Media, PublishableEntity

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.models import ModulestoreMigration
from content_libraries.libraries.models import ContentLibrary
from tests.content.recorder import Record
from tests.learning_core.dump import dump

from .sources import in_place, write_course

pytestmark = pytest.mark.django_db

OUTLINE = in_place(
    """<chapter url_name="c1" display_name="Week 1"><sequential url_name="s1">
    <vertical url_name="v1" display_name="First"><html url_name="h1"/><problem url_name="p1"/></vertical>
    <vertical url_name="v2" display_name="Second"><html url_name="h2"/></vertical>
    </sequential></chapter>"""
)
NEW_BLOCK = OUTLINE.replace(
    '<html url_name="h2" display_name="h2"/>', '<html url_name="h2">new</html><html url_name="h3">x</html>'
)

UNSUPPORTED = '<conditional url_name="x1"><problem url_name="in">x</problem></conditional>'

type Import = Callable[..., dict[str, Any]]


@pytest.fixture
def run_import(library: ContentLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Import:
    def run(
        outline: str, *arguments: str, run: str = "1", level: str = "section", files: Mapping[str, bytes] | None = None
    ) -> dict[str, Any]:
        source = write_course(tmp_path / f"{len(list(tmp_path.iterdir()))}", outline, run=run, files=files)
        call_command("import_course", str(source), "lib:O:lib", "--level", level, "--json", *arguments)
        report: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return report

    return run


def key(block_type: str, name: str) -> str:
    return f"block-v1:O+C+1+type@{block_type}+block@{name}"


def refs() -> set[str]:
    return {ref.rpartition(":")[2] for ref in PublishableEntity.objects.values_list("entity_ref", flat=True)}


@pytest.mark.parametrize(
    ("only", "arrived"),
    [
        ([key("chapter", "c1")], {"c1", "s1", "v1", "v2", "h1", "p1", "h2"}),
        ([key("vertical", "v2")], {"v2", "h2"}),
        ([key("html", "h1"), key("vertical", "v2")], {"h1", "v2", "h2"}),
        ([key("vertical", "v1"), key("html", "h1")], {"v1", "h1", "p1"}),
    ],
)
def test_a_part_comes_with_what_is_in_it(run_import: Import, only: list[str], arrived: set[str]) -> None:
    report = run_import(OUTLINE, "--only", *only)
    assert refs() == arrived
    assert report["unknown"] == []


@pytest.mark.parametrize("dry_run", [("--dry-run",), ()])
@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("--only", key("html", "nowhere")), rf"Not in the source: {re.escape(key('html', 'nowhere'))}\."),
        (("--only", key("html", "h1"), "h2"), r"Not in the source: h2\."),
        (("--only", "h2"), rf"keys of the form {re.escape(key('vertical', 'ID'))}\."),
        (("--collection", "my collection!"), r"“my collection!” cannot be the code of a collection: use .* letters"),
        (("--collection", "frühling"), r"“frühling” cannot be the code of a collection"),
    ],
)
def test_nonsense_is_refused_in_the_dry_run_too(
    run_import: Import, arguments: tuple[str, ...], refusal: str, dry_run: tuple[str, ...]
) -> None:
    with pytest.raises(CommandError, match=refusal):
        run_import(OUTLINE, *dry_run, *arguments)
    assert refs() == set()


def test_parts_come_together_when_the_rest_is_imported(run_import: Import) -> None:
    run_import(OUTLINE, "--only", key("html", "h1"))
    report = run_import(OUTLINE)
    assert report["actions"] == {"create": 6, "skip": 1}
    children = api.get_children(api.container_key("lct:O:lib:unit:v1"), user=OPERATOR)
    assert [str(child.key) for child in children] == ["lb:O:lib:html:h1", "lb:O:lib:problem:p1"]


def members(library: ContentLibrary) -> dict[str, int]:
    return {row.code: len(row.entity_pks) for row in api.list_collections(library.library_key, user=OPERATOR)[:10]}


def test_a_collection_is_made_and_then_used_again(run_import: Import, library: ContentLibrary) -> None:
    assert run_import(OUTLINE, "--collection", "mine")["collection"]["is_new"]
    assert not run_import(OUTLINE, "--collection", "mine")["collection"]["is_new"]
    assert members(library) == {"mine": 7}


def test_skipped_items_enter_the_collection_too(run_import: Import, library: ContentLibrary) -> None:
    run_import(OUTLINE)
    run_import(OUTLINE, "--collection", "late")
    assert members(library) == {"late": 7}


def test_a_title_without_ascii_letters_makes_a_collection_named_by_the_key(
    library: ContentLibrary, tmp_path: Path
) -> None:
    source = write_course(tmp_path, '<html url_name="h">x</html>')
    text = (source / "course.xml").read_text().replace("Course 1", "日本語")
    (source / "course.xml").write_text(text)
    options = api.ImportOptions(make_collection=True)
    for _ in range(2):
        api.import_archive(library.library_key, user=OPERATOR, source=source, options=options)
    forked = api.ImportOptions(make_collection=True, on_repeat=api.OnRepeat.FORK)
    api.import_archive(library.library_key, user=OPERATOR, source=source, options=forked)
    rows = api.list_collections(library.library_key, user=OPERATOR)[:10]
    assert [(row.code, row.title) for row in rows] == [
        ("course-v1_O_C_1", "日本語"),
        ("course-v1_O_C_1-1", "日本語_1"),
    ]


def test_a_collection_is_used_again_only_while_it_is_there_and_only_in_its_library(
    library: ContentLibrary, tmp_path: Path
) -> None:
    source = write_course(tmp_path, '<html url_name="h">x</html>')
    other = api.create_library(user=OPERATOR, org="O", slug="other", title="Other")

    def filled(target: ContentLibrary) -> str:
        options = api.ImportOptions(make_collection=True)
        plan = api.import_archive(target.library_key, user=OPERATOR, source=source, options=options).plan
        assert plan.collection is not None
        return f"{'new ' if plan.collection.is_new else ''}{plan.collection.code}"

    assert [filled(library), filled(library), filled(other)] == ["new course-1", "course-1", "new course-1"]
    api.delete_collection(api.collection_key("lib-collection:O:lib:course-1"), user=OPERATOR)
    assert filled(library) == "new course-1"
    assert members(library) == {"course-1-1": 1}


def edit() -> None:
    """An author's work in the library: an edit, a deletion, an item of their own in a unit."""
    api.set_olx(api.component_key("lb:O:lib:html:h1"), user=OPERATOR, olx="<html>mine</html>")
    api.delete_item(api.component_key("lb:O:lib:problem:p1"), user=OPERATOR)
    unit = api.container_key("lct:O:lib:unit:v2")
    own = api.create_component(api.library_key("lib:O:lib"), user=OPERATOR, block_type="html", component_code="own")
    api.append_children(unit, user=OPERATOR, child_keys=[own.key])


REPEATS: dict[str, tuple[dict[str, int], str, set[str], list[str]]] = {
    "skip": ({"skip": 6, "restore": 1, "create": 1}, "mine", {"h3"}, ["h2", "own"]),
    "update": ({"keep": 3, "update": 3, "restore": 1, "create": 1}, "h1", {"h3"}, ["h2", "h3"]),
    "fork": (
        {"fork": 7, "create": 1},
        "mine",
        {"c1_1", "s1_1", "v1_1", "v2_1", "h1_1", "p1_1", "h2_1", "h3"},
        ["h2", "own"],
    ),
}


@pytest.mark.parametrize("strategy", REPEATS)
def test_importing_again_after_edits(run_import: Import, strategy: str) -> None:
    actions, text, made, children = REPEATS[strategy]
    run_import(OUTLINE)
    edit()
    before = refs()
    report = run_import(NEW_BLOCK, "--on-repeat", strategy)
    assert report["actions"] == actions
    assert refs() - before == made
    olx = api.get_olx(api.component_key("lb:O:lib:html:h1"), user=OPERATOR)
    assert ("mine" in olx) == (text == "mine")
    in_unit = api.get_children(api.container_key("lct:O:lib:unit:v2"), user=OPERATOR)
    assert [str(child.key).rpartition(":")[2] for child in in_unit] == children


@pytest.mark.parametrize("strategy", ["skip", "update"])
def test_a_run_that_changes_nothing_leaves_only_the_note_that_it_was(
    run_import: Import, library: ContentLibrary, record: Record, strategy: str
) -> None:
    outline = OUTLINE.replace("</vertical>", f"{UNSUPPORTED}</vertical>", 1)
    arguments = ("--on-repeat", strategy, "--collection", "mine", "--publish")
    run_import(outline, *arguments)
    before = (dump(library.learning_package_id or 0), list(Collection.objects.values()))
    assert record(lambda: run_import(outline, *arguments)) == {}
    assert (dump(library.learning_package_id or 0), list(Collection.objects.values())) == before
    first, second = ModulestoreMigration.objects.order_by("pk")
    assert first.change_log is not None
    assert second.change_log is None
    (row,) = second.block_migrations.select_related("source")
    assert (str(row.source.key), row.target) == (key("conditional", "x1"), None)


def test_a_plan_tells_what_an_author_has_to_know(run_import: Import) -> None:
    run_import(OUTLINE)
    edit()
    update = run_import(NEW_BLOCK, "--on-repeat", "update", "--dry-run")
    assert set(update["edited_targets"]) == {key("vertical", "v2"), key("html", "h1")}
    assert update["leaving"] == {key("vertical", "v2"): ["xblock.v1:html:own"]}
    skip = run_import(NEW_BLOCK, "--dry-run")
    (note,) = [row for row in skip["notes"] if row["usage_key"] == key("html", "h3")]
    assert "exists and is skipped, so this is not placed in it" in note["reason"]


def test_what_was_edited_is_known_also_after_a_run_that_only_forwarded(run_import: Import) -> None:
    run_import(OUTLINE)
    assert run_import(OUTLINE, "--forward")["actions"] == {"skip": 7}
    edit()
    update = run_import(OUTLINE, "--on-repeat", "update", "--dry-run")
    assert set(update["edited_targets"]) == {key("vertical", "v2"), key("html", "h1")}


def test_in_a_terminal_a_dry_run_tells_everything_that_matters(
    run_import: Import, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_import(OUTLINE)
    run_import('<html url_name="h3">x</html>', run="2")
    edit()
    source = write_course(
        tmp_path / "again",
        NEW_BLOCK.replace('display_name="Week 1"', 'display_name="Week one" start="2026-01-01"').replace(
            "new</html>", f'&lt;img src="/static/a.png"&gt;</html>{UNSUPPORTED}'
        ),
        files={"static/a.png": b"12345", "static/b.png": b"b"},
    )
    arguments = ("--level", "section", "--on-repeat", "update", "--collection", "mine", "--dry-run")
    call_command("import_course", str(source), "lib:O:lib", *arguments)
    said = capsys.readouterr().out.splitlines()
    new = ", ".join((key("conditional", "x1"), key("problem", "in"), key("html", "h3")))
    changed = ", ".join((key("chapter", "c1"), key("vertical", "v2"), key("html", "h2")))
    assert said[0].endswith("content libraries. It has 1 children block.")
    assert said[said.index(f"Added in the source since the last import: {new}.") :] == [
        f"Added in the source since the last import: {new}.",
        f"Changed in the source since the last import: {changed}.",
        "Removed in the source since the last import: nothing.",
        f"Edited in the library since the last import: {key('html', 'h1')}, {key('vertical', 'v2')}.",
        f"These leave {key('vertical', 'v2')}, and stay in the library: xblock.v1:html:own.",
        "html “h3” gets the ID “h3_1”, as “h3” is taken.",
        f"New items with the title of another item: {key('html', 'h3')}.",
        "Static files: 1 (5\xa0bytes).",
        "Settings that only matter in courses, and are kept: start (1).",
        "Collection: new, Course 1.",
        "Files that nothing refers to, and that do not come: b.png.",
        "course-v1:O+C+1 → lib:O:lib: 0 of 1 sections created, 0 of 1 subsections created, 0 of 2 units created,"
        " 2 of 5 components created, 4 updated, 1 restored, 2 unchanged, 1 block not supported.",
        "Nothing was written: this was a dry run.",
    ]


def test_in_a_terminal_long_lists_of_names_are_cut_with_a_count(
    tmp_path: Path, library: ContentLibrary, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {f"static/{number:02}.pdf": b"x" for number in range(12)}
    source = write_course(tmp_path / "course", OUTLINE, files=files)
    call_command("import_course", str(source), str(library), "--dry-run")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Files that nothing refers to")]
    assert line.endswith("do not come: " + ", ".join(f"{number:02}.pdf" for number in range(10)) + " and 2 more.")


def test_what_comes_back_is_placed_where_it_was_or_said_to_be_loose(run_import: Import) -> None:
    run_import(OUTLINE)
    unit = api.container_key("lct:O:lib:unit:v1")
    h1, p1 = (api.component_key(f"lb:O:lib:{name}") for name in ("html:h1", "problem:p1"))
    api.remove_children(unit, user=OPERATOR, child_keys=[p1])
    for component in (h1, p1):
        api.delete_item(component, user=OPERATOR)
    (note,) = run_import(OUTLINE)["notes"]
    assert note["usage_key"] == key("problem", "p1")
    assert "“First” exists and is skipped" in note["reason"]
    assert [child.key for child in api.get_children(unit, user=OPERATOR)] == [h1]


def test_what_changed_in_the_source_since_the_last_import(run_import: Import) -> None:
    assert run_import(OUTLINE)["source_changes"] is None
    assert run_import(OUTLINE)["source_changes"] == {"added": [], "changed": [], "removed": []}
    without = NEW_BLOCK.replace('<problem url_name="p1" display_name="p1"/>', "")
    changes = run_import(without, "--confirm-repeat")["source_changes"]
    assert changes["added"] == [key("html", "h3")]
    assert key("html", "h2") in changes["changed"]
    assert key("html", "h1") not in changes["changed"]
    assert changes["removed"] == [key("problem", "p1")]


def test_one_archive_under_two_course_keys_loses_and_merges_nothing(run_import: Import) -> None:
    run_import(OUTLINE)
    report = run_import(OUTLINE, "--source-key", "course-v1:O+C+other")
    assert report["actions"] == {"create": 7}
    assert {row["wanted"] for row in report["collisions"]} == {"c1", "s1", "v1", "v2", "h1", "p1", "h2"}
    assert len(report["taken_titles"]) == 7
    assert len(refs()) == 14


def test_a_source_key_of_another_kind_is_refused(run_import: Import) -> None:
    with pytest.raises(CommandError, match="cannot be the key of this source"):
        run_import(OUTLINE, "--source-key", "library-v1:O+L")


def test_100_000_tiny_blocks_are_refused_before_all_of_them_are_read(run_import: Import) -> None:
    """What is wrong after them is not seen any more."""
    blocks = "".join(f'<html url_name="h{number}"/>' for number in range(100_000))
    with pytest.raises(CommandError, match="number of blocks above 50,000"):
        run_import(f"{blocks}</not-well-formed>")
    assert not refs()


def test_a_type_that_is_not_installed_is_kept(run_import: Import) -> None:
    run_import('<no_such_block url_name="n" setting="1">text</no_such_block>', level="component")
    assert api.get_olx(api.component_key("lb:O:lib:no_such_block:n"), user=OPERATOR) == (
        '<no_such_block setting="1">text</no_such_block>'
    )


def test_a_source_whose_file_changed_after_the_plan_is_refused(tmp_path: Path, library: ContentLibrary) -> None:
    text = '<html url_name="h">&lt;img src="/static/a.png"&gt;</html>'
    source = write_course(tmp_path, text, files={"static/a.png": b"old"})
    plan = api.plan_import(library.library_key, user=OPERATOR, source=source)
    (source / "static" / "a.png").write_bytes(b"new")
    with pytest.raises(api.SourceChangedError, match=r"a\.png"):
        api.apply_import(plan, user=OPERATOR, source=source)
    assert not refs()


def test_ids_and_titles_in_any_script_arrive_on_every_database(run_import: Import) -> None:
    names = ["Übung", "übung", "解答", "解", "упр-1", "Case", "case", "é" * 200]
    outline = "".join(f'<problem url_name="{name}" display_name="{name} 🎲"/>' for name in names)
    outline = f'<chapter url_name="глава" display_name="Глава">{outline}</chapter>'
    first, again = run_import(outline), run_import(outline)
    assert {block["action"] for block in first["blocks"]} == {"create"}
    assert {block["action"] for block in again["blocks"]} == {"skip"}
    assert [block["code"] for block in again["blocks"]] == [block["code"] for block in first["blocks"]]


def test_ids_that_are_too_long_for_a_key_are_cut_and_recognized_again(run_import: Import) -> None:
    names = [f"{'x' * 300}{number}" for number in range(2)]
    outline = "".join(f'<problem url_name="{name}" display_name="P">1</problem>' for name in names)
    outline = f'<chapter url_name="{"c" * 300}">{outline}</chapter>'
    first, again = run_import(outline), run_import(outline)
    assert (first["actions"], again["actions"]) == ({"create": 5}, {"skip": 5})
    assert len({block["code"] for block in first["blocks"]}) == 5
    with pytest.raises(CommandError, match="is too long a key"):
        run_import(outline, "--source-key", f"course-v1:{'x' * 240}+C+1")


def test_a_block_whose_key_is_cut_is_chosen_and_named_by_the_key_that_the_plan_shows(run_import: Import) -> None:
    outline = f'<chapter url_name="c1"><problem url_name="{"x" * 300}" display_name="P">1</problem></chapter>'
    shown = {block["type"]: block["usage_key"] for block in run_import(outline, "--dry-run")["blocks"]}["problem"]
    part = run_import(outline, "--only", shown)
    assert ([block["usage_key"] for block in part["blocks"]], part["unknown"]) == ([shown], [])
    again = run_import(outline.replace(">1<", ">2<"), "--confirm-repeat")
    assert again["source_changes"]["changed"] == [shown]


def test_ids_that_no_key_can_have_are_changed_and_recognized_again(run_import: Import) -> None:
    names = ["Lecture 1 (intro)", "Lecture 1 [intro]", "Lecture_1__intro_", "a+b", "50%25"]
    outline = "".join(f'<problem url_name="{name}" display_name="P">1</problem>' for name in names)
    outline = f'<chapter url_name="week 1">{outline}</chapter>'
    first, again = run_import(outline), run_import(outline)
    assert (first["actions"], again["actions"]) == ({"create": 8}, {"skip": 8})
    codes = [block["code"] for block in first["blocks"] if block["type"] == "problem"]
    assert codes == ["Lecture_1__intro_", "Lecture_1__intro__1", "Lecture_1__intro__2", "a_b", "50_25"]
    shown = first["blocks"][1]["usage_key"]
    part = run_import(outline, "--only", shown, "--dry-run")
    assert ([block["usage_key"] for block in part["blocks"]], part["unknown"]) == ([shown], [])


def test_ids_that_differ_in_case_are_different(run_import: Import) -> None:
    outline = "".join(f'<problem url_name="{name}" display_name="P">{name}</problem>' for name in ("Foo", "foo"))
    first, again = run_import(outline, level="component"), run_import(outline, "--on-repeat", "update")
    assert (first["actions"], again["actions"]) == ({"create": 2}, {"keep": 2})


def test_equal_titles_get_ids_in_the_order_of_the_source(run_import: Import) -> None:
    """Components of one type share their IDs, and so do all containers."""
    outline = """<chapter url_name="a" display_name="Same"><sequential url_name="b" display_name="Same">
    <vertical url_name="c" display_name="Same"><html url_name="d" display_name="Same"/>
    <html url_name="e" display_name="Same"/><problem url_name="f" display_name="Same"/>
    </vertical></sequential></chapter>"""
    rows = run_import(outline, "--new-ids")["blocks"]
    assert [(row["type"], row["code"]) for row in rows] == [
        ("section", "same"),
        ("subsection", "same_1"),
        ("unit", "same_2"),
        ("html", "same"),
        ("html", "same_1"),
        ("problem", "same"),
    ]


def test_files_that_nothing_refers_to_are_kept_if_that_is_asked_for(run_import: Import) -> None:
    text = '<html url_name="h1"><![CDATA[<img src="/static/used.png">]]></html>'
    names = ["used.png", "handbook.pdf", "a/Übung 100% <1>.txt", "a/it's #2 ]]>.txt"]
    files = {f"static/{name}": name.encode() for name in names}
    assert len(run_import(text, level="component", files=files)["unused_files"]) == 3
    first = run_import(text, "--keep-unused-files", level="component", files=files)
    assert (first["actions"], first["unused_files"], first["static_files"]["count"]) == (
        {"skip": 1, "create": 1},
        [],
        3,
    )
    kept = api.component_key("lb:O:lib:html:unused-files")
    assert api.get_item(kept, user=OPERATOR).display_name == "Files of Course 1"
    assert {asset.path for asset in api.list_assets(kept, user=OPERATOR)} == {f"static/{name}" for name in names[1:]}
    more = {**files, "static/more.txt": b"more"}
    update = ("--keep-unused-files", "--on-repeat", "update")
    assert run_import(text, *update, level="component", files=files)["actions"] == {"keep": 2}
    assert run_import(text, *update, level="component", files=more)["actions"] == {"keep": 1, "update": 1}
    assert len(api.list_assets(kept, user=OPERATOR)) == 4


def test_a_part_has_nothing_to_do_with_the_files_of_other_parts(run_import: Import) -> None:
    """What a block of the part refers to that is left out is still told."""
    left_out = (
        '<conditional url_name="x1" display_name="/static/left-out.png"><html url_name="h3">x</html></conditional>'
    )
    outline = "".join(
        f'<chapter url_name="{name}"><html url_name="h-{name}"><![CDATA[<img src="/static/{name}.png">]]></html>{more}'
        "</chapter>"
        for name, more in (("c1", left_out), ("c2", ""))
    )
    files = {f"static/{name}": name.encode() for name in ("c1.png", "c2.png", "left-out.png", "alone.pdf")}
    part = ("--only", key("chapter", "c1"))
    assert run_import(outline, *part, "--dry-run", files=files)["unused_files"] == ["alone.pdf", "left-out.png"]
    kept = run_import(outline, *part, "--keep-unused-files", files=files)
    assert (kept["unused_files"], kept["static_files"]["count"]) == ([], 3)
    assert {
        asset.path for asset in api.list_assets(api.component_key("lb:O:lib:html:unused-files"), user=OPERATOR)
    } == {
        "static/alone.pdf",
        "static/left-out.png",
    }


def test_a_file_of_two_components_is_stored_once_and_a_large_one_stays_whole(
    run_import: Import, library: ContentLibrary
) -> None:
    large = b"x" * 15_000_000
    texts = {
        "h1": "/static/data.png",
        "h2": "/static/a.png /static/data.png",
        "h3": "/static/large.bin /static/missing.png",
    }
    outline = "".join(
        f'<html url_name="{name}"><![CDATA[{"".join(f"<img src={path!r}>" for path in paths.split())}]]></html>'
        for name, paths in texts.items()
    )
    files = {"static/a.png": b"a", "static/data.png": b"data", "static/large.bin": large}
    report = run_import(outline, level="component", files=files)
    assert report["static_files"] == {"count": 3, "bytes": 15_000_005}
    used = {
        name: {
            asset.path: asset.size
            for asset in api.list_assets(api.component_key(f"lb:O:lib:html:{name}"), user=OPERATOR)
        }
        for name in texts
    }
    assert used == {
        "h1": {"static/data.png": 4},
        "h2": {"static/a.png": 1, "static/data.png": 4},
        "h3": {"static/large.bin": 15_000_000},
    }
    stored = Media.objects.filter(learning_package=library.learning_package, has_file=True)
    assert sorted(stored.values_list("size", flat=True)) == [1, 4, 15_000_000]
