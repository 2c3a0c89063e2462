"""Editing a course: one change set for each edit, with the name of who made it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import DraftChangeLog

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.courses.learning_core_store import LearningCoreStore
from content_libraries.courses.models import Course, CourseBlock
from content_libraries.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tests.conftest import CommitRunner, UserFactory

from .building import COURSE_KEY, PROBLEM, ROOT, SECTION, SUBSECTION, TEXT, UNIT, key, make_course

pytestmark = pytest.mark.django_db

OTHER = api.course_key("course-v1:Other+Course+Run")


def logs() -> list[tuple[int | None, int]]:
    """Author and number of direct changes of each draft change log, in order."""
    return [
        (log.changed_by_id, sum(record.old_version_id != record.new_version_id for record in log.records.all()))
        for log in DraftChangeLog.objects.order_by("pk")
    ]


def test_each_edit_is_one_change_set_of_its_author(course: None, staff: User) -> None:
    before = len(logs())
    block = api.create_block(UNIT, user=staff, block_type="problem", settings={"weight": 2}, block_id="new")
    api.edit_block(block.usage_key, user=staff, settings={"weight": None, "tags": ["a"]})
    api.move_block(block.usage_key, user=staff, parent_key=UNIT, index=0)
    api.reorder_children(UNIT, user=staff, children=[TEXT, PROBLEM, block.usage_key])
    api.delete_block(block.usage_key, user=staff)
    api.write_course_file(COURSE_KEY, "static/a.txt", b"a", user=staff)
    # Creating and deleting change the unit too.
    assert logs()[before:] == [(staff.pk, 2), (staff.pk, 1), (staff.pk, 1), (staff.pk, 1), (staff.pk, 2), (staff.pk, 1)]


def test_settings_are_attributes(course: None, staff: User) -> None:
    block = api.create_block(
        UNIT, user=staff, block_type="problem", settings={"display_name": 'A "title"', "max_attempts": 3}
    )
    assert block.olx == '<problem display_name="A &quot;title&quot;" max_attempts="3"/>'
    assert block.title == 'A "title"'
    edited = api.edit_block(block.usage_key, user=staff, settings={"max_attempts": None, "names": ["x"]})
    assert edited.settings == {"display_name": 'A "title"', "names": '["x"]'}
    body = api.edit_block(block.usage_key, user=staff, olx="<problem>?</problem>", settings={"display_name": "B"})
    assert body.olx == '<problem display_name="B">?</problem>'


def test_an_edit_for_an_older_version_is_refused(course: None, staff: User) -> None:
    version = api.get_block(PROBLEM, user=staff).version_num
    api.edit_block(PROBLEM, user=staff, settings={"weight": 1}, version_num=version)
    with pytest.raises(ConflictError):
        api.edit_block(PROBLEM, user=staff, settings={"weight": 2}, version_num=version)
    assert api.get_block(PROBLEM, user=staff).settings["weight"] == "1"


def test_new_blocks_get_ids(course: None) -> None:
    ids = {api.create_block(UNIT, user=OPERATOR, block_type="html").usage_key for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize("block_id", ["a/b", "a b", ""])
def test_ids_that_no_key_takes(course: None, block_id: str) -> None:
    if block_id:
        with pytest.raises(InvalidInputError):
            api.create_block(UNIT, user=OPERATOR, block_type="html", block_id=block_id)


def test_a_reorder_names_every_child(course: None) -> None:
    with pytest.raises(InvalidInputError):
        api.reorder_children(UNIT, user=OPERATOR, children=[TEXT])
    block = api.reorder_children(UNIT, user=OPERATOR, children=[PROBLEM, TEXT])
    assert block.children == (PROBLEM, TEXT)


def test_the_name_of_the_root_is_the_name_of_the_course(course: None) -> None:
    api.edit_block(ROOT, user=OPERATOR, settings={"display_name": "Renamed"})
    assert Course.objects.get().display_name == "Renamed"


def test_reading(course: None) -> None:
    assert api.get_block(UNIT, user=OPERATOR).children == (TEXT, PROBLEM)
    assert list(api.get_course_tree(COURSE_KEY, user=OPERATOR, depth=2).blocks) == [ROOT, SECTION, SUBSECTION]
    assert list(api.get_course_tree(COURSE_KEY, user=OPERATOR, top=UNIT).blocks) == [UNIT, TEXT, PROBLEM]
    assert api.get_structure(COURSE_KEY, user=OPERATOR).parents[UNIT] == (SUBSECTION,)
    with pytest.raises(NotFoundError):
        api.get_block(key("html", "none"), user=OPERATOR)
    with pytest.raises(NotFoundError):
        api.get_block(PROBLEM, user=OPERATOR, published=True)
    with pytest.raises(NotFoundError):
        api.get_course_tree(COURSE_KEY, user=OPERATOR, top=key("html", "none"))


def test_files(course: None) -> None:
    api.write_course_file(COURSE_KEY, "static/sub/a.txt", b"a", user=OPERATOR)
    assert api.read_course_file(COURSE_KEY, "static/sub/a.txt", user=OPERATOR) == b"a"
    assert api.list_course_files(COURSE_KEY, user=OPERATOR).keys() == {"static/sub/a.txt"}
    api.delete_course_file(COURSE_KEY, "static/sub/a.txt", user=OPERATOR)
    with pytest.raises(NotFoundError):
        api.read_course_file(COURSE_KEY, "static/sub/a.txt", user=OPERATOR)


@pytest.mark.parametrize(
    "path", ["static", "static/", "/static/a", "static/../a", "static//a", "static/a\\b", "course.xml", "problem/p.xml"]
)
def test_paths_that_are_refused(course: None, path: str) -> None:
    with pytest.raises(InvalidInputError):
        api.write_course_file(COURSE_KEY, path, b"a", user=OPERATOR)


@pytest.mark.parametrize("data", [b"{", b"[]", b"\xff", b'{"a":' * 100_000], ids=["half", "list", "binary", "deep"])
@pytest.mark.parametrize("path", [api.GRADING_POLICY_PATH, "policies/policy.json"])
def test_a_policy_that_no_export_could_read_is_refused(course: None, path: str, data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        api.write_course_file(COURSE_KEY, path, data, user=OPERATOR)


def test_link_settings_of_blocks(course: None) -> None:
    api.edit_block(
        PROBLEM,
        user=OPERATOR,
        settings={
            "upstream": "lb:O:L:problem:p",
            "upstream_version": 3,
            "upstream_version_declined": 4,
            "upstream_display_name": "Theirs",
            "downstream_customized": ["display_name"],
            "top_level_downstream_parent_key": "vertical:unit",
        },
    )
    api.edit_block(UNIT, user=OPERATOR, settings={"upstream": "lct:O:L:unit:u"})
    old_style = {"upstream": "lb:O:L:html:t", "top_level_downstream_parent_key": {"type": "vertical", "id": "unit"}}
    api.edit_block(TEXT, user=OPERATOR, settings=old_style)
    api.edit_block(SECTION, user=OPERATOR, settings={"copied_from_block": "block-v1:O+C+R+type@chapter+block@c"})

    section, unit, text, problem = (
        api.UpstreamSettings.of(key, api.get_block(key, user=OPERATOR).settings)
        for key in (SECTION, UNIT, TEXT, PROBLEM)
    )
    assert problem == api.UpstreamSettings(
        PROBLEM, "lb:O:L:problem:p", 3, 4, "Theirs", ("display_name",), "vertical:unit", None
    )
    assert (unit.usage_key, unit.upstream, unit.upstream_version) == (UNIT, "lct:O:L:unit:u", None)
    assert (text.usage_key, text.top_level_parent) == (TEXT, "vertical:unit")
    assert section.copied_from_block == "block-v1:O+C+R+type@chapter+block@c"


# y: allowed, n: refused.
MATRIX = """
            course_admin course_staff course_editor course_auditor stranger staff
view        y            y            y             y              n        y
edit        y            y            y             n              n        y
files       y            y            y             n              n        y
publish     y            y            n             n              n        y
export      y            y            n             n              n        y
delete      n            n            n             n              n        y
"""
OPERATIONS: dict[str, Callable[[User], object]] = {
    "view": lambda user: api.get_block(UNIT, user=user),
    "edit": lambda user: api.edit_block(UNIT, user=user, settings={"a": "b"}),
    "files": lambda user: api.write_course_file(COURSE_KEY, "static/a", b"a", user=user),
    "publish": lambda user: api.publish_course(COURSE_KEY, user=user),
    "export": lambda user: api.require_in_course(user, COURSE_KEY, api.CoursePermission.EXPORT),
    "delete": lambda user: api.delete_course(COURSE_KEY, user=user),
}


def columns() -> dict[str, dict[str, bool]]:
    """Who -> operation -> whether it is allowed."""
    head, *rows = [line.split() for line in MATRIX.strip().splitlines()]
    return {who: {row[0]: row[number] == "y" for row in rows} for number, who in enumerate(head, start=1)}


@pytest.mark.parametrize(("who", "allowed"), columns().items(), ids=columns())
def test_who_may_do_what(
    course: None,
    make_user: UserFactory,
    make_course_member: Callable[..., User],
    who: str,
    allowed: dict[str, bool],
) -> None:
    user = make_course_member(who) if who.startswith("course") else make_user(who, is_staff=who == "staff")
    before, answers, traces = logs(), {}, {}
    for operation, act in OPERATIONS.items():
        with transaction.atomic():  # taken back, so that each meets the same course
            try:
                act(user)
                answers[operation] = True
            except NotAllowedError:
                answers[operation] = False
                if logs() != before:
                    traces[operation] = logs()
            transaction.set_rollback(True)
    assert (answers, traces) == (allowed, {})


def test_roles_elsewhere_and_inactive_users(
    course: None, make_user: UserFactory, make_course_member: Callable[..., User]
) -> None:
    make_course(OTHER)
    for user in (
        make_course_member("course_staff", str(OTHER)),
        make_course_member("course_staff", "course-v1:Other+*"),
        make_user("gone", is_staff=True, is_active=False),
        AnonymousUser(),
    ):
        with pytest.raises(NotAllowedError):
            api.get_block(UNIT, user=user)
    org_wide = make_course_member("course_staff", "course-v1:Org+*")
    assert api.get_block(UNIT, user=org_wide).usage_key == UNIT
    assert [str(row.id) for row in api.viewable_courses(org_wide)] == [str(COURSE_KEY)]


def test_courses_are_listed_in_one_query(
    course: None, staff: User, stranger: User, make_course_member: Callable[..., User]
) -> None:
    make_course(OTHER)
    auditor = make_course_member("course_auditor")
    with CaptureQueriesContext(connection) as captured:
        names = [str(row) for row in api.viewable_courses(auditor)]
    assert (names, len(captured)) == ([str(COURSE_KEY)], 1)
    assert len(api.viewable_courses(staff)) == len(api.viewable_courses(OPERATOR)) == 2
    assert not api.viewable_courses(stranger)
    assert not api.viewable_courses(AnonymousUser())


def test_a_course_is_created_once_and_administered_by_its_creator(staff: User, stranger: User) -> None:
    with pytest.raises(NotAllowedError):
        api.create_course(OTHER, user=stranger, display_name="Mine")
    course = api.create_course(OTHER, user=staff, display_name="Mine")
    assert course.display_name == "Mine"
    assert api.get_block(key("course", "course", OTHER), user=OPERATOR).settings == {"display_name": "Mine"}
    with pytest.raises(api.CourseExistsError):
        api.create_course(OTHER, user=staff, display_name="Again")
    with pytest.raises(InvalidInputError):
        api.create_course(api.course_key("course-v1:O+C+R"), user=staff, display_name="")
    staff.is_staff = False
    staff.save()
    assert api.may_in_course(staff, OTHER, api.CoursePermission.PUBLISH)


def test_a_deleted_course_leaves_nothing(course: None, run_on_commit: CommitRunner) -> None:
    api.write_course_file(COURSE_KEY, "static/a.txt", b"a", user=OPERATOR)
    api.publish_course(COURSE_KEY, user=OPERATOR)
    with run_on_commit():
        api.delete_course(COURSE_KEY, user=OPERATOR)
    assert not Course.objects.exists()
    assert not CourseBlock.objects.exists()
    assert not DraftChangeLog.objects.exists()
    with run_on_commit():
        make_course()  # with the same keys again
    assert api.get_block(UNIT, user=OPERATOR).version_num == 1


def test_what_follows_libraries_does_not_mind_courses(run_on_commit: CommitRunner) -> None:
    problem = key("problem", "p", OTHER)
    with run_on_commit():
        make_course(OTHER, problems=30)
    with run_on_commit():
        api.publish_course(OTHER, user=OPERATOR)
    with run_on_commit():
        api.edit_block(problem, user=OPERATOR, settings={"a": "b"})
    assert api.get_block(problem, user=OPERATOR).settings["a"] == "b"


READS: dict[str, Callable[[api.CourseKey], object]] = {
    "structure": lambda course: api.get_structure(course, user=OPERATOR),
    "block": lambda course: api.get_block(key("problem", "p", course), user=OPERATOR),
    "tree": lambda course: api.get_course_tree(course, user=OPERATOR),
    "edit": lambda course: api.edit_block(key("problem", "p", course), user=OPERATOR, settings={"a": "b"}),
    "create": lambda course: api.create_block(key("vertical", "unit", course), user=OPERATOR, block_type="problem"),
    "delete": lambda course: api.delete_block(key("vertical", "unit", course), user=OPERATOR),
    "publish": lambda course: api.publish_block(key("vertical", "unit", course), user=OPERATOR),
    "publish all": lambda course: api.publish_course(course, user=OPERATOR),
}


def queries_of(name: str, size: int) -> int:
    course_key = make_course(api.course_key(f"course-v1:Org+Course+{size}"), problems=size)
    with CaptureQueriesContext(connection) as captured:
        READS[name](course_key)
    return len(captured)


@pytest.mark.parametrize("name", READS)
def test_queries_do_not_grow_with_the_course(name: str) -> None:
    _first, few, many = [queries_of(name, size) for size in (1, 2, 12)]  # the first stores types new to the site
    assert many <= few


@pytest.mark.slow
@pytest.mark.parametrize("name", READS)
def test_queries_do_not_grow_with_a_large_course(name: str) -> None:
    _first, few, many = [queries_of(name, size) for size in (1, 2, 300)]
    assert many <= few + 1  # SQLite takes so many values in a statement, and no more
    assert many <= 64


class ForgetfulStore(LearningCoreStore):
    """A store of a site, in which no course has files."""

    def files(self, course_key: api.CourseKey, *, published: bool = False) -> dict[str, api.CourseFile]:
        return {}


class ReadOnlyBackend(api.CourseRoleBackend):
    """A site where courses can be looked at by everybody, and changed by nobody."""

    def permissions(self, user: object, course_key: api.CourseKey) -> frozenset[api.CoursePermission]:
        return frozenset({api.CoursePermission.VIEW})


def test_a_site_can_keep_courses_elsewhere(course: None, settings: Any) -> None:
    api.write_course_file(COURSE_KEY, "static/a", b"a", user=OPERATOR)
    assert api.list_course_files(COURSE_KEY, user=OPERATOR)
    settings.CONTENT_LIBRARIES_COURSE_STORE = f"{__name__}.ForgetfulStore"
    assert api.list_course_files(COURSE_KEY, user=OPERATOR) == {}


def test_a_site_can_decide_who_may_do_what(course: None, settings: Any, staff: User, stranger: User) -> None:
    settings.CONTENT_LIBRARIES_COURSE_PERMISSION_BACKEND = f"{__name__}.ReadOnlyBackend"
    assert api.get_block(UNIT, user=stranger).usage_key == UNIT
    with pytest.raises(NotAllowedError):
        api.edit_block(UNIT, user=staff, settings={"a": "b"})
