"""Importing sources into libraries, from the archive to what authors find (wire: imports)."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from openedx_content.models_api import ComponentVersion, DraftChangeLog, PublishableEntity, PublishLog

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.content.models import ContainerSettings
from content_libraries.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import OlxError
from tests.conftest import MemberFactory
from tests.learning_core.dump import dump
from tests.olx.builders import tar_of

from .sources import in_place, write_course

pytestmark = pytest.mark.django_db

OUTLINE = in_place(
    """<chapter url_name="c1" display_name="Week 1" start="2026-01-01"><sequential url_name="s1" graded="true">
    <vertical url_name="v1" display_name="First"><html url_name="h1"/><problem url_name="p1"/></vertical>
    </sequential></chapter>"""
)

type Import = Callable[..., dict[str, Any]]


@pytest.fixture
def library(db: None) -> ContentLibrary:
    return api.create_library(user=OPERATOR, org="O", slug="lib", title="Library")


@pytest.fixture
def run_import(library: ContentLibrary, capsys: pytest.CaptureFixture[str]) -> Import:
    """Run the command, and return what it prints for machines."""

    def run(source: Path, *arguments: str, level: str = "section") -> dict[str, Any]:
        call_command("import_course", str(source), str(library.library_key), "--level", level, "--json", *arguments)
        report: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return report

    return run


def children_of(key: str) -> list[str]:
    return [str(child.key) for child in api.get_children(api.container_key(key), user=OPERATOR)]


def preserved_settings(code: str) -> Any:
    return ContainerSettings.objects.get(version__draft__entity__entity_ref=code).settings


def test_a_course_arrives_as_a_tree(tmp_path: Path, run_import: Import) -> None:
    report = run_import(write_course(tmp_path, OUTLINE))
    assert report["counts"] == {"sections": 1, "subsections": 1, "units": 1, "components": 2}
    assert report["created"] == report["counts"]
    assert children_of("lct:O:lib:section:c1") == ["lct:O:lib:subsection:s1"]
    assert children_of("lct:O:lib:subsection:s1") == ["lct:O:lib:unit:v1"]
    assert children_of("lct:O:lib:unit:v1") == ["lb:O:lib:html:h1", "lb:O:lib:problem:p1"]
    assert api.get_item(api.container_key("lct:O:lib:section:c1"), user=OPERATOR).display_name == "Week 1"


def test_everything_is_in_one_change_log_and_published_in_one_publish_log(tmp_path: Path, run_import: Import) -> None:
    report = run_import(write_course(tmp_path, OUTLINE), "--publish")
    assert DraftChangeLog.objects.get().pk == report["draft_change_log"]
    assert PublishLog.objects.get().pk == report["publish_log"]
    assert not api.get_item(api.container_key("lct:O:lib:section:c1"), user=OPERATOR).has_unpublished_changes


def test_the_user_is_on_every_version(tmp_path: Path, library: ContentLibrary, staff: User) -> None:
    api.import_archive(library.library_key, user=staff, source=write_course(tmp_path, OUTLINE))
    assert DraftChangeLog.objects.get().changed_by == staff
    for entity in PublishableEntity.objects.all():
        assert {entity.created_by, *(version.created_by for version in entity.versions.all())} == {staff}


def test_settings_and_licenses_are_preserved_and_settings_of_courses_flagged(
    tmp_path: Path, run_import: Import
) -> None:
    licensed = OUTLINE.replace('graded="true"', 'graded="true" license="creative-commons: BY"')
    of_courses = """due="2026-02-01" group_access="{&quot;1&quot;: [2]}" visible_to_staff_only="false" weight="2\""""
    licensed = licensed.replace(
        '<html url_name="h1"', f'<html url_name="h1" license="all-rights-reserved" {of_courses}'
    )
    report = run_import(write_course(tmp_path, licensed))
    assert preserved_settings("c1") == {"start": "2026-01-01"}
    assert preserved_settings("s1") == {"graded": "true"}
    assert report["settings"] == {"due": 1, "graded": 1, "group_access": 1, "start": 1}
    stored = ContainerSettings.objects.get(version__draft__entity__entity_ref="s1")
    assert stored.license == "creative-commons: BY"
    assert 'license="all-rights-reserved"' in api.get_olx(api.component_key("lb:O:lib:html:h1"), user=OPERATOR)


def test_html_bodies_and_unknown_markup_arrive_to_the_byte(tmp_path: Path, run_import: Import) -> None:
    body = "<p>1 &lt; 2 ]]> &nbsp;</p>\r\n\t<b>ä😀"
    olx = '<problem url_name="p1" unknown="x"><!-- kept -->\n  <stringresponse   answer=\'"\'/></problem>'
    source = write_course(
        tmp_path,
        '<html url_name="h1"/><problem url_name="p1"/>',
        files={
            "html/h1.xml": '<html filename="h1" display_name="H"/>',
            "html/h1.html": body,
            "problem/p1.xml": olx,
        },
    )
    run_import(source, level="component")
    html = api.get_olx(api.component_key("lb:O:lib:html:h1"), user=OPERATOR)
    assert html.replace("]]]]><![CDATA[>", "]]>") == f'<html display_name="H"><![CDATA[{body}]]></html>'
    assert api.get_olx(api.component_key("lb:O:lib:problem:p1"), user=OPERATOR) == olx.replace(' url_name="p1"', "")


def test_settings_in_a_policy_file_become_attributes(tmp_path: Path, run_import: Import) -> None:
    policy = {"problem/p1": {"max_attempts": 3, "display_name": "From policy", "no name!": 1}}
    source = write_course(
        tmp_path,
        '<problem url_name="p1" display_name="Old">x</problem>',
        files={"policies/1/policy.json": json.dumps(policy)},
    )
    run_import(source, level="component")
    problem = api.component_key("lb:O:lib:problem:p1")
    assert api.get_item(problem, user=OPERATOR).display_name == "From policy"
    assert api.get_olx(problem, user=OPERATOR) == '<problem display_name="From policy" max_attempts="3">x</problem>'


def test_files_go_with_the_blocks_that_refer_to_them(tmp_path: Path, run_import: Import) -> None:
    source = write_course(
        tmp_path,
        """<html url_name="h1">&lt;img src="/static/a/pic.png"&gt;</html>
        <html url_name="h2">&lt;img src="/static/b/pic.png"&gt; &lt;img src="/static/gone.png"&gt;</html>
        <html url_name="h3">pic.png is mentioned, not used</html>""",
        files={"static/a/pic.png": b"AAA", "static/b/pic.png": b"BBB", "static/alone.png": b"CCC"},
    )
    report = run_import(source, level="component")
    assert report["unused_files"] == ["alone.png"]
    stored = {
        version.component.component_code: {
            (row.path, row.media.read_file().read())
            for row in version.componentversionmedia_set.exclude(path="block.xml")
        }
        for version in ComponentVersion.objects.select_related("component")
    }
    assert stored == {
        "h1": {("static/a/pic.png", b"AAA")},
        "h2": {("static/b/pic.png", b"BBB")},
        "h3": set(),
    }


def test_a_dry_run_says_the_same_and_writes_nothing(
    tmp_path: Path, run_import: Import, library: ContentLibrary
) -> None:
    source = write_course(tmp_path, OUTLINE)
    before = dump(library.learning_package_id)
    planned = run_import(source, "--dry-run")
    assert dump(library.learning_package_id) == before
    assert planned.pop("dry_run") is True
    done = run_import(source)
    assert {name: done[name] for name in planned} == planned


# What a second import does ---------------------------------------------------------------------------------------


CHANGED = OUTLINE.replace('display_name="h1"', 'display_name="h1, better"')


@pytest.mark.parametrize(
    ("on_repeat", "outline", "actions", "versions", "entities"),
    [
        ("skip", CHANGED, {"skip": 5}, {"h1": 1, "v1": 1}, 5),
        ("update", OUTLINE, {"keep": 5}, {"h1": 1, "v1": 1}, 5),
        ("update", CHANGED, {"update": 1, "keep": 4}, {"h1": 2, "v1": 1}, 5),
        ("fork", CHANGED, {"fork": 5}, {"h1": 1, "h1_1": 1, "v1": 1, "v1_1": 1}, 10),
    ],
)
def test_strategies_for_what_is_already_there(
    tmp_path: Path,
    run_import: Import,
    on_repeat: str,
    outline: str,
    actions: dict[str, int],
    versions: dict[str, int],
    entities: int,
) -> None:
    run_import(write_course(tmp_path / "first", OUTLINE))
    report = run_import(write_course(tmp_path / "second", outline), "--on-repeat", on_repeat)
    assert report["actions"] == actions
    assert PublishableEntity.objects.count() == entities
    found = {ref.split(":")[-1]: num for ref, num in _draft_versions().items()}
    assert {code: found[code] for code in versions} == versions


def _draft_versions() -> dict[str, int]:
    return dict(PublishableEntity.objects.values_list("entity_ref", "draft__version__version_num"))


def test_skipping_again_and_again_never_doubles_anything(tmp_path: Path, run_import: Import) -> None:
    source = write_course(tmp_path, OUTLINE)
    for _ in range(4):
        report = run_import(source)
    assert report["created"] == {"sections": 0, "subsections": 0, "units": 0, "components": 0}
    assert report["draft_change_log"] is None
    assert PublishableEntity.objects.count() == 5
    assert DraftChangeLog.objects.count() == 1


def test_an_update_after_a_fork_changes_the_fork(tmp_path: Path, run_import: Import) -> None:
    run_import(write_course(tmp_path / "1", OUTLINE))
    run_import(write_course(tmp_path / "2", OUTLINE), "--on-repeat", "fork")
    run_import(write_course(tmp_path / "3", CHANGED), "--on-repeat", "update")
    versions = {ref.split(":")[-1]: num for ref, num in _draft_versions().items()}
    assert (versions["h1"], versions["h1_1"]) == (1, 2)


def test_a_target_that_was_deleted_comes_back(tmp_path: Path, run_import: Import) -> None:
    source = write_course(tmp_path, OUTLINE)
    run_import(source)
    api.delete_item(api.component_key("lb:O:lib:html:h1"), user=OPERATOR)
    assert run_import(source)["actions"] == {"skip": 4, "restore": 1}
    assert children_of("lct:O:lib:unit:v1") == ["lb:O:lib:html:h1", "lb:O:lib:problem:p1"]


def test_two_courses_with_the_same_ids_both_arrive_whole(tmp_path: Path, run_import: Import) -> None:
    run_import(write_course(tmp_path / "1", OUTLINE, run="1"))
    report = run_import(write_course(tmp_path / "2", CHANGED, run="2"))
    assert report["actions"] == {"create": 5}
    assert children_of("lct:O:lib:unit:v1") == ["lb:O:lib:html:h1", "lb:O:lib:problem:p1"]
    assert children_of("lct:O:lib:unit:v1_1") == ["lb:O:lib:html:h1_1", "lb:O:lib:problem:p1_1"]


def test_another_authors_draft_inside_a_touched_unit_stays_a_draft(tmp_path: Path, run_import: Import) -> None:
    """So does one of a container that merely holds what is written."""
    shared = '<problem url_name="p1" display_name="p1"/>'
    files = {"problem/p1.xml": '<problem display_name="p1">2 + 2?</problem>'}
    first = OUTLINE.replace(shared, '<problem url_name="p1"/>')
    assert first != OUTLINE
    run_import(write_course(tmp_path / "1", first, files=files), "--publish")
    problem, text = api.component_key("lb:O:lib:problem:p1"), api.component_key("lb:O:lib:html:h1")
    library, own = api.library_key("lib:O:lib"), api.container_key("lct:O:lib:unit:own")
    api.create_container(library, user=OPERATOR, container_type="unit", title="Own", container_code="own")
    api.append_children(own, user=OPERATOR, child_keys=[text])
    api.publish_item(own, user=OPERATOR)
    api.set_olx(problem, user=OPERATOR, olx='<problem display_name="Unfinished">x</problem>')
    api.update_container(own, user=OPERATOR, title="Unfinished")
    second = first.replace("</vertical>", '</vertical><vertical url_name="v2"><problem url_name="p1"/></vertical>')
    report = run_import(write_course(tmp_path / "2", second, files=files), "--publish")
    unit = api.get_item(api.container_key("lct:O:lib:unit:v2"), user=OPERATOR)
    assert unit.published_display_name == "v2"
    found = api.get_item(problem, user=OPERATOR)
    assert (found.display_name, found.published_display_name) == ("Unfinished", "p1")
    (note,) = [row for row in report["notes"] if row["type"] == "problem"]
    assert "has unpublished changes, which stay unpublished" in note["reason"]
    changed = second.replace('display_name="h1"', 'display_name="h1, better"')
    run_import(write_course(tmp_path / "3", changed, files=files), "--publish", "--on-repeat", "update")
    assert api.get_item(text, user=OPERATOR).published_display_name == "h1, better"
    assert api.get_item(own, user=OPERATOR).published_display_name == "Own"


# What goes wrong -------------------------------------------------------------------------------------------------


def test_a_failure_in_the_middle_leaves_the_library_unchanged(
    tmp_path: Path, library: ContentLibrary, run_import: Import
) -> None:
    run_import(write_course(tmp_path / "1", OUTLINE))
    before = dump(library.learning_package_id)
    source = write_course(
        tmp_path / "2",
        '<html url_name="new">&lt;img src="/static/pic.png"&gt;</html>',
        files={"static/pic.png": b"AAA"},
        run="2",
    )
    plan = api.plan_import(library.library_key, user=OPERATOR, source=source)
    (source / "static" / "pic.png").unlink()
    with pytest.raises(OlxError, match=r"pic\.png"):
        api.apply_import(plan, user=OPERATOR, source=source)
    assert dump(library.learning_package_id) == before


def test_a_plan_is_refused_when_somebody_took_its_codes(tmp_path: Path, library: ContentLibrary) -> None:
    source = write_course(tmp_path, OUTLINE)
    plan = api.plan_import(library.library_key, user=OPERATOR, source=source)
    api.create_component(library.library_key, user=OPERATOR, block_type="html", component_code="h1")
    with pytest.raises(ConflictError, match="“h1”"):
        api.apply_import(plan, user=OPERATOR, source=source)
    assert PublishableEntity.objects.count() == 1


def test_the_limit_counts_what_is_there_and_what_comes(tmp_path: Path, library: ContentLibrary, settings: Any) -> None:
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 4
    source = write_course(tmp_path, OUTLINE)
    with pytest.raises(InvalidInputError, match="more than 4 items"):
        api.import_archive(
            library.library_key, user=OPERATOR, source=source, options=api.ImportOptions(level=api.Level.SECTION)
        )
    assert PublishableEntity.objects.count() == 0


def test_a_contributor_imports_but_cannot_publish_by_importing(
    tmp_path: Path, library: ContentLibrary, make_member: MemberFactory
) -> None:
    contributor = make_member(library, "library_contributor")
    source = write_course(tmp_path, OUTLINE)
    with pytest.raises(NotAllowedError):
        api.import_archive(library.library_key, user=contributor, source=source, publish=True)
    assert PublishableEntity.objects.count() == 0
    api.import_archive(library.library_key, user=contributor, source=source)
    assert PublishableEntity.objects.count() == 2


def test_a_stranger_imports_nothing(tmp_path: Path, library: ContentLibrary, stranger: User) -> None:
    with pytest.raises(NotAllowedError):
        api.plan_import(library.library_key, user=stranger, source=write_course(tmp_path, OUTLINE))


def test_an_unknown_library_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="lib:O:unknown"):
        api.plan_import(api.library_key("lib:O:unknown"), user=OPERATOR, source=write_course(tmp_path, OUTLINE))


DEMO = {"course.xml": '<course url_name="1" org="O" course="C"><html url_name="h">x</html></course>'}


def archive_of(folder: Path, *members: tuple[str | tarfile.TarInfo, bytes]) -> Path:
    """A tar with a good course and these members."""
    good = [(f"course/{path}", content.encode()) for path, content in DEMO.items()]
    return tar_of(folder / "course.tar.gz", [*good, *members])


def truncated(folder: Path) -> Path:
    whole = archive_of(folder, ("course/static/noise.bin", os.urandom(50_000)))
    whole.write_bytes(whole.read_bytes()[:-20_000])
    return whole


def with_a_pipe(folder: Path) -> Path:
    pipe = tarfile.TarInfo("course/static/pipe.txt")
    pipe.type = tarfile.FIFOTYPE
    return archive_of(folder, (pipe, b""))


def in_folder(files: dict[str, str]) -> Callable[[Path], Path]:
    return lambda folder: write_course(folder, "", files={**DEMO, **files})


BAD_SOURCES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "truncated": (truncated, r"course\.tar\.gz"),
    "leaves the archive": (lambda folder: archive_of(folder, ("course/../../x", b"")), r"\.\./x"),
    "pipe": (with_a_pipe, r"pipe\.txt"),
    "bomb": (lambda folder: archive_of(folder, ("course/static/zeros", bytes(64 * 1024**2))), r"course\.tar\.gz"),
    "not an archive": (lambda folder: Path(shutil.copy(__file__, folder / "x.tar.gz")), r"x\.tar\.gz"),
    "not there": (lambda folder: folder / "nowhere.tar.gz", r"nowhere\.tar\.gz"),
    "no course": (in_folder({"course.xml": "<library/>"}), r"course\.xml"),
    "malformed XML": (
        in_folder({"course.xml": "<course url_name='1' org='O' course='C'><a></course>"}),
        r"course\.xml",
    ),
    "document type": (in_folder({"course.xml": f"<!DOCTYPE course>{DEMO['course.xml']}"}), r"course\.xml"),
}


@pytest.mark.parametrize("name", BAD_SOURCES)
def test_the_command_names_what_is_wrong_with_a_source_and_writes_nothing(
    tmp_path: Path, library: ContentLibrary, name: str
) -> None:
    make_source, message = BAD_SOURCES[name]
    with pytest.raises(CommandError, match=message) as raised:
        call_command("import_course", str(make_source(tmp_path)), str(library.library_key))
    assert "\n" not in str(raised.value)
    assert raised.value.returncode == 1
    assert PublishableEntity.objects.count() == 0


@pytest.mark.parametrize("name", BAD_SOURCES)
def test_the_command_names_the_whole_path_of_a_source(
    tmp_path: Path, library: ContentLibrary, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = BAD_SOURCES[name][0](tmp_path)
    monkeypatch.chdir(path.parent)
    with pytest.raises(CommandError) as raised:
        call_command("import_course", f"../{path.parent.name}/{path.name}", "lib:O:lib")
    assert str(raised.value).count(str(path)) == 1


def test_the_command_says_what_a_source_can_be(
    tmp_path: Path, library: ContentLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=rf"{tmp_path}/DemoX\. .* \.tar\.gz, .* course-v1:ORG\+COURSE\+RUN"):
        call_command("import_course", "DemoX", "lib:O:lib")


@pytest.mark.parametrize(
    ("library_key", "user", "message"),
    [
        ("lib:O", None, "“lib:O”"),
        ("lib:O:unknown", None, "“lib:O:unknown”"),
        ("lib:O:lib", "nobody", "“nobody”"),
        ("lib:O:lib", "stranger", "“stranger” lacks"),
    ],
)
def test_the_command_names_whom_and_what_it_does_not_know(
    tmp_path: Path, library: ContentLibrary, stranger: User, library_key: str, user: str | None, message: str
) -> None:
    arguments = ["--user", user] if user else []
    with pytest.raises(CommandError, match=message):
        call_command("import_course", str(write_course(tmp_path, OUTLINE)), library_key, *arguments)
    assert PublishableEntity.objects.count() == 0
