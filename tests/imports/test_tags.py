"""Tags of a source come with its blocks, where the library has them (wire: imports-content)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_events.content_authoring.signals import CONTENT_OBJECT_TAGS_CHANGED
from openedx_tagging import api as tagging_api
from openedx_tagging.models import ObjectTag
from organizations.models import Organization

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.plan.stored import dump_plan, load_plan
from content_libraries.libraries.models import ContentLibrary
from content_libraries.tagging import api as tagging
from tests.conftest import CommitRunner

from .conftest import work
from .sources import in_place, write_course

pytestmark = pytest.mark.django_db

OUTLINE = in_place(
    """<chapter url_name="c1"><sequential url_name="s1"><vertical url_name="v1" display_name="V"><html url_name="h1"/>
    <problem url_name="p1"/></vertical></sequential></chapter>"""
)
TABLE = """"Name","Type","ID","subjects","words"\r
"Course 1","course","course","Physics",""\r
"  c1","chapter","c1","",""\r
"      V","vertical","v1","Maths; Physics",""\r
"        h1","html","h1","algebra; Alchemy","one; two, three"\r
"""
H1, P1, V1 = "lb:O:lib:html:h1", "lb:O:lib:problem:p1", "lct:O:lib:unit:v1"


@pytest.fixture(autouse=True)
def taxonomies(library: ContentLibrary) -> None:
    """Of the library's organization: subjects and free words. Of another one: secrets."""
    for name, org in (("subjects", "O"), ("words", "O"), ("secrets", "X")):
        taxonomy = tagging_api.create_taxonomy(name.title(), export_id=name, allow_free_text=name == "words")
        tagging.set_organizations(taxonomy, [Organization.objects.get_or_create(short_name=org)[0]])
        for value in ("Maths", "Physics", "Algebra") if name != "words" else ():
            tagging_api.add_tag_to_taxonomy(taxonomy, value)


def run(folder: Path, outline: str = OUTLINE, table: str = TABLE, **options: Any) -> dict[str, Any]:
    files = {"tags.csv": table} if table else {}
    source = write_course(folder, outline, files=files)
    wanted = api.ImportOptions(level=api.Level.SECTION, **options)
    return api.result_report(
        api.import_archive(api.library_key("lib:O:lib"), user=OPERATOR, source=source, options=wanted)
    )


def tags() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for tag in ObjectTag.objects.all():
        assert not tag.is_copied
        found.setdefault(tag.object_id, set()).add(f"{tag.export_id}:{tag.value}")
    return found


def test_the_table_beside_the_course_is_read(tmp_path: Path) -> None:
    report = run(tmp_path)
    assert tags() == {
        V1: {"subjects:Maths", "subjects:Physics"},
        H1: {"subjects:Algebra", "words:one", "words:two, three"},
    }
    assert report["tags"] == {
        "given": 5,
        "left_out": [
            {
                "taxonomy": "subjects",
                "value": "Alchemy",
                "blocks": 1,
                "reason": "The taxonomy “Subjects” has no such tag.",
            },
            {
                "taxonomy": "subjects",
                "value": "Physics",
                "blocks": 1,
                "reason": "It is a tag of the course itself, which becomes no item of the library.",
            },
        ],
    }


@pytest.mark.parametrize("taxonomy", ["unknown", "secrets"])
def test_a_taxonomy_that_the_organization_does_not_have_is_reported(tmp_path: Path, taxonomy: str) -> None:
    report = run(tmp_path, table=TABLE.replace('"subjects"', f'"{taxonomy}"'))
    assert tags() == {H1: {"words:one", "words:two, three"}}
    rows = [(tag["value"], tag["blocks"], tag["reason"]) for tag in report["tags"]["left_out"]]
    reason = f"“O” has no taxonomy “{taxonomy}”."
    assert [row for row in rows if row[2] == reason] == [
        (value, 1, reason) for value in ("Alchemy", "Maths", "Physics", "algebra")
    ]


def test_tags_of_the_course_itself_are_reported_unless_a_part_is_imported(tmp_path: Path) -> None:
    only = ("block-v1:O+C+1+type@html+block@h1",)
    assert {tag["value"] for tag in run(tmp_path / "1")["tags"]["left_out"]} == {"Physics", "Alchemy"}
    assert {tag["value"] for tag in run(tmp_path / "2", only=only)["tags"]["left_out"]} == set()
    assert {tag["value"] for tag in run(tmp_path / "3", on_repeat=api.OnRepeat.SKIP)["tags"]["left_out"]} == {"Physics"}


def test_tags_that_stand_on_the_blocks_are_read_and_do_not_stay_there(tmp_path: Path) -> None:
    tagged = OUTLINE.replace('url_name="p1"', 'url_name="p1" tags-v1="subjects:Maths,Physics;words:a%2Cb%3B"').replace(
        'url_name="v1"', 'url_name="v1" tags-v1="words:w"'
    )
    run(tmp_path, tagged, table="")
    assert tags() == {P1: {"subjects:Maths", "subjects:Physics", "words:a,b;"}, V1: {"words:w"}}
    assert api.get_olx(api.component_key(P1), user=OPERATOR) == '<problem display_name="p1"/>'


@pytest.mark.parametrize(
    ("strategy", "tagged"),
    [
        ("skip", {H1: {"words:own"}}),
        ("update", {H1: {"words:own", "subjects:Maths"}}),
        ("fork", {H1: {"words:own"}, f"{H1}_1": {"subjects:Maths"}}),
    ],
)
def test_importing_again_adds_tags_and_takes_none_away(
    tmp_path: Path, strategy: str, tagged: dict[str, set[str]], run_on_commit: CommitRunner
) -> None:
    run(tmp_path / "1", table="")
    tagging_api.tag_object(H1, tagging_api.get_taxonomies().get(export_id="words"), ["own"])
    heard: list[str] = []

    def hear(content_object: Any, **_kwargs: Any) -> None:
        heard.append(content_object.object_id)

    CONTENT_OBJECT_TAGS_CHANGED.connect(hear)
    table = "Name,Type,ID,subjects\r\nx,html,h1,Maths\r\n"
    for number in (2, 3):
        with run_on_commit():
            run(tmp_path / str(number), table=table, on_repeat=api.OnRepeat(strategy))
        if number == 2:
            assert tags() == tagged
    CONTENT_OBJECT_TAGS_CHANGED.disconnect(hear)
    assert heard == ([H1] if strategy == "update" else [])


def test_a_table_that_names_no_blocks_is_ignored(tmp_path: Path) -> None:
    run(tmp_path, table="Colour,Size\r\nred,5\r\n")
    assert tags() == {}


def test_an_item_gets_no_more_tags_than_it_may_have(tmp_path: Path) -> None:
    words = "; ".join(str(number) for number in range(150))
    run(tmp_path, table=f'Name,Type,ID,words\r\nx,html,h1,"{words}"\r\n')
    assert len(tags()[H1]) == 100


def test_a_stored_plan_keeps_its_tags(tmp_path: Path, library: ContentLibrary) -> None:
    source = write_course(tmp_path, OUTLINE, files={"tags.csv": TABLE})
    options = api.ImportOptions(level=api.Level.SECTION)
    plan = api.plan_import(library.library_key, user=OPERATOR, source=source, options=options)
    assert load_plan(dump_plan(plan)) == plan
    assert plan.tags_left_out


def test_tags_of_a_course_of_this_site_come_too(tmp_path: Path, library: ContentLibrary, staff: User) -> None:
    api.load_course(write_course(tmp_path, OUTLINE), user=OPERATOR)
    subjects = tagging_api.get_taxonomies().get(export_id="subjects")
    tagging_api.tag_object("block-v1:O+C+1+type@html+block@h1", subjects, ["Algebra"])
    tagging_api.tag_object("course-v1:O+C+1", subjects, ["Maths"])
    request = api.SourceRequest(api.course_key("course-v1:O+C+1"), api.ImportOptions(level=api.Level.SECTION))
    job = work(api.start_imports(library.library_key, user=staff, sources=[request]).uuid)
    report = job.migrations.get().report["tags"]
    assert (report["given"], [tag["value"] for tag in report["left_out"]]) == (1, ["Maths"])
    assert tags()[H1] == {"subjects:Algebra"}
