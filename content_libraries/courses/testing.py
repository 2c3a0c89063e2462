"""
The contract of a course store, as tests that any store can run.

A platform with a store of its own derives a test case, and says how to make the store and a course::

    class TestOurStore(CourseStoreContract):
        def make_store(self) -> CourseStore:
            return OurStore()

        def make_course(self, course_key: CourseKey) -> None:
            our_api.create_empty_course(course_key)

It runs with pytest-django or with Django's own runner.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping

from django.test import TestCase
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..errors import ConflictError, ContentLibrariesError, InvalidInputError, NotFoundError
from ..learning_core.api import FileBytes, media_digest
from ..plan_basis import PlanBasis
from .data import ROOT
from .plans import (
    Change,
    CoursePlan,
    CreateBlock,
    DeleteBlock,
    DeleteFile,
    MoveBlock,
    PutFile,
    SetChildren,
    UpdateBlock,
)
from .store import Applied, CourseStore

type Expected = Mapping[UsageKey, int]
"""Usage keys, each with the version that a plan was made for."""

UNIT = '<vertical display_name="A unit" start="2030-01-01" unknown="kept"/>'
PROBLEM = '<problem display_name="A problem" upstream="lb:O:L:problem:p" due="x"><p>1 + 1 &lt; 3?</p></problem>'


def file_bytes_of(*files: bytes) -> FileBytes:
    """Return a function that gives a store the bytes of a plan's files by their digests."""
    by_digest = {media_digest(data): data for data in files}

    def read(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((digest, by_digest[digest]) for digest in digests)

    return read


class CourseStoreContract(TestCase):
    """Tests that every course store has to pass."""

    __test__ = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__test__ = True

    @abstractmethod
    def make_store(self) -> CourseStore:
        """Return the store."""

    @abstractmethod
    def make_course(self, course_key: CourseKey) -> None:
        """Create a course with nothing but its root."""

    def setUp(self) -> None:
        super().setUp()
        self.course_key = CourseKey.from_string("course-v1:Org+Course+Run")
        self.make_course(self.course_key)
        self.store = self.make_store()
        self.root = self.key(ROOT, ROOT)
        self.section, self.subsection = self.key("chapter", "sec"), self.key("sequential", "sub")
        self.unit, self.other_unit = self.key("vertical", "u1"), self.key("vertical", "u2")
        self.problem, self.text = self.key("problem", "p1"), self.key("html", "t1")

    def key(self, block_type: str, block_id: str) -> UsageKey:
        key: UsageKey = self.course_key.make_usage_key(block_type, block_id)
        return key

    def apply(self, *changes: Change, expected: Expected | None = None, file_bytes: FileBytes | None = None) -> Applied:
        plan = CoursePlan(changes, PlanBasis(expected or {}))
        return self.store.apply(self.course_key, plan, author_pk=None, file_bytes=file_bytes)

    def fill(self) -> None:
        """Create a section with a subsection with two units, and in the first unit a problem and a text."""
        self.apply(
            CreateBlock(self.section, '<chapter display_name="A section"/>', parent=self.root),
            CreateBlock(self.subsection, '<sequential graded="true"/>', parent=self.section),
            CreateBlock(self.unit, UNIT, parent=self.subsection),
            CreateBlock(self.other_unit, "<vertical/>", parent=self.subsection),
            CreateBlock(self.problem, PROBLEM, parent=self.unit),
            CreateBlock(self.text, "<html><![CDATA[<b>Hi</b>]]></html>", parent=self.unit),
        )

    def keys(self) -> list[UsageKey]:
        return [key for key, _depth in self.store.structure(self.course_key).walk()]

    def children(self, key: UsageKey) -> tuple[UsageKey, ...]:
        return self.store.structure(self.course_key).children.get(key, ())

    def olx(self, key: UsageKey) -> str:
        return self.store.blocks(self.course_key, [key])[key].olx

    def assert_refused(
        self, error: type[ContentLibrariesError], *changes: Change, expected: Expected | None = None
    ) -> None:
        """Assert that a plan with the changes is refused with the error, and that even its good change is not made."""
        before = self.store.structure(self.course_key)
        good = CreateBlock(self.key("html", "good"), "<html/>", parent=self.unit)
        with self.assertRaises(error):
            self.apply(good, *changes, expected=expected)
        after = self.store.structure(self.course_key)
        self.assertEqual((after.blocks, after.children), (before.blocks, before.children))

    def test_an_empty_course_has_its_root(self) -> None:
        self.assertEqual(self.keys(), [self.root])
        self.assertEqual(self.store.files(self.course_key), {})

    def test_a_course_that_is_not_there(self) -> None:
        unknown = CourseKey.from_string("course-v1:Org+Course+Unknown")
        with self.assertRaises(NotFoundError):
            self.store.structure(unknown)
        with self.assertRaises(NotFoundError):
            self.store.apply(unknown, CoursePlan(()), author_pk=None)

    def test_blocks_come_back_as_they_were_written(self) -> None:
        self.fill()
        self.assertEqual(
            self.keys(),
            [self.root, self.section, self.subsection, self.unit, self.problem, self.text, self.other_unit],
        )
        blocks = self.store.blocks(self.course_key, [self.unit, self.problem, self.text, self.key("html", "none")])
        self.assertEqual(blocks.keys(), {self.unit, self.problem, self.text})
        self.assertEqual(blocks[self.problem].olx, PROBLEM)
        self.assertEqual(blocks[self.unit].olx, UNIT)
        self.assertEqual(
            blocks[self.unit].settings, {"display_name": "A unit", "start": "2030-01-01", "unknown": "kept"}
        )
        self.assertEqual(blocks[self.unit].children, (self.problem, self.text))
        self.assertEqual(blocks[self.problem].title, "A problem")
        self.assertEqual(blocks[self.text].title, "t1")
        self.assertTrue(blocks[self.unit].state.holds_blocks)
        self.assertFalse(blocks[self.problem].state.holds_blocks)

    def test_all_blocks_come_with_their_children(self) -> None:
        self.fill()
        structure = self.store.structure(self.course_key)
        blocks = self.store.blocks(self.course_key, None)
        self.assertEqual({key: block.state for key, block in blocks.items()}, structure.blocks)
        self.assertEqual({key: block.children for key, block in blocks.items() if block.children}, structure.children)
        self.assertEqual(blocks, self.store.blocks(self.course_key, list(structure.blocks)))
        with self.assertRaises(NotFoundError):
            self.store.blocks(CourseKey.from_string("course-v1:Org+Course+Unknown"), None)

    def test_parents(self) -> None:
        self.fill()
        parents = self.store.structure(self.course_key).parents
        self.assertEqual(parents[self.problem], (self.unit,))
        self.assertNotIn(self.root, parents)

    def test_blocks_in_blocks_inside_of_a_unit(self) -> None:
        self.fill()
        bank, inside = self.key("itembank", "b"), self.key("problem", "in")
        self.apply(
            CreateBlock(bank, '<itembank max_count="1"/>', parent=self.unit, index=0),
            CreateBlock(inside, "<problem/>", parent=bank),
        )
        self.assertEqual(self.children(self.unit), (bank, self.problem, self.text))
        self.assertEqual(self.children(bank), (inside,))

    def test_blocks_directly_in_a_subsection(self) -> None:
        self.fill()
        self.apply(MoveBlock(self.problem, self.subsection, 0))
        self.assertEqual(self.children(self.subsection), (self.problem, self.unit, self.other_unit))

    def test_an_update_leaves_the_rest(self) -> None:
        self.fill()
        before = self.store.structure(self.course_key).blocks
        applied = self.apply(UpdateBlock(self.unit, '<vertical display_name="New"/>'))
        after = self.store.structure(self.course_key).blocks
        self.assertEqual(self.olx(self.unit), '<vertical display_name="New"/>')
        self.assertEqual(after[self.unit].title, "New")
        self.assertEqual(self.children(self.unit), (self.problem, self.text))
        self.assertGreater(after[self.unit].version_num, before[self.unit].version_num)
        self.assertEqual(applied.versions, {self.unit: after[self.unit].version_num})
        self.assertEqual(
            {key: state.version_num for key, state in after.items() if key != self.unit},
            {key: state.version_num for key, state in before.items() if key != self.unit},
        )

    def test_what_changes_nothing_writes_nothing(self) -> None:
        self.fill()
        applied = self.apply(UpdateBlock(self.problem, PROBLEM), SetChildren(self.unit, (self.problem, self.text)))
        self.assertEqual((applied.change_set, dict(applied.versions), applied.deleted), (None, {}, frozenset()))

    def test_reorder(self) -> None:
        self.fill()
        self.apply(SetChildren(self.unit, (self.text, self.problem)))
        self.assertEqual(self.children(self.unit), (self.text, self.problem))
        self.assertEqual(self.olx(self.unit), UNIT)

    def test_a_move_keeps_the_block(self) -> None:
        self.fill()
        version = self.store.structure(self.course_key).blocks[self.problem].version_num
        applied = self.apply(MoveBlock(self.problem, self.other_unit))
        self.assertEqual(applied.versions.keys(), {self.unit, self.other_unit})
        self.assertEqual(self.children(self.unit), (self.text,))
        self.assertEqual(self.children(self.other_unit), (self.problem,))
        self.assertEqual(self.olx(self.problem), PROBLEM)
        self.assertEqual(self.store.structure(self.course_key).blocks[self.problem].version_num, version)

    def test_a_move_inside_of_a_parent(self) -> None:
        self.fill()
        self.apply(MoveBlock(self.unit, self.subsection, 1))
        self.assertEqual(self.children(self.subsection), (self.other_unit, self.unit))

    def test_a_deletion_takes_the_contents_along(self) -> None:
        self.fill()
        applied = self.apply(DeleteBlock(self.subsection))
        self.assertEqual(applied.deleted, {self.subsection, self.unit, self.other_unit, self.problem, self.text})
        self.assertEqual(self.keys(), [self.root, self.section])
        self.assertEqual(self.store.blocks(self.course_key, [self.problem]), {})

    def test_children_that_are_left_out_are_deleted(self) -> None:
        self.fill()
        applied = self.apply(SetChildren(self.unit, (self.text,)))
        self.assertEqual(applied.deleted, {self.problem})
        self.assertEqual(self.store.blocks(self.course_key, [self.problem]), {})

    def test_what_stands_elsewhere_too_stays(self) -> None:
        self.fill()
        self.apply(SetChildren(self.other_unit, (self.problem,)))
        self.assertEqual(self.store.structure(self.course_key).parents[self.problem], (self.unit, self.other_unit))
        applied = self.apply(DeleteBlock(self.unit))
        self.assertEqual(applied.deleted, {self.unit, self.text})
        self.assertEqual(self.children(self.other_unit), (self.problem,))

    def test_a_deleted_block_can_come_back_under_its_key(self) -> None:
        self.fill()
        self.apply(DeleteBlock(self.unit))
        self.apply(
            CreateBlock(self.unit, "<vertical/>", parent=self.subsection, index=0),
            CreateBlock(self.problem, "<problem/>", parent=self.unit),
        )
        self.assertEqual(self.children(self.subsection), (self.unit, self.other_unit))
        self.assertEqual(self.children(self.unit), (self.problem,))
        self.assertEqual(self.olx(self.problem), "<problem/>")

    def test_many_changes_of_one_block_make_one_version(self) -> None:
        self.fill()
        before = self.store.structure(self.course_key).blocks[self.unit].version_num
        self.apply(
            UpdateBlock(self.unit, "<vertical/>"),
            SetChildren(self.unit, (self.text, self.problem)),
            UpdateBlock(self.unit, '<vertical display_name="Last"/>'),
        )
        self.assertEqual(self.store.structure(self.course_key).blocks[self.unit].version_num, before + 1)
        self.assertEqual(self.olx(self.unit), '<vertical display_name="Last"/>')

    def test_what_is_created_and_deleted_in_one_plan_never_was(self) -> None:
        self.fill()
        new = self.key("html", "new")
        applied = self.apply(CreateBlock(new, "<html/>", parent=self.unit), DeleteBlock(new))
        self.assertIsNone(applied.change_set)
        self.assertEqual(self.children(self.unit), (self.problem, self.text))

    def test_names_of_any_kind(self) -> None:
        self.fill()
        keys = [self.key("vertical", "sec"), self.key("html", "ä.é-_~:x"), self.key("chapter", "A" * 120)]
        self.apply(*(CreateBlock(key, f"<{key.block_type}/>", parent=self.section) for key in keys))
        self.assertEqual(self.children(self.section), (self.subsection, *keys))

    def test_plans_that_are_refused(self) -> None:
        self.fill()
        unknown, html = self.key("html", "unknown"), "<html/>"
        elsewhere = CourseKey.from_string("course-v1:Org+Course+Other").make_usage_key("html", "x")
        self.assert_refused(NotFoundError, UpdateBlock(unknown, html))
        self.assert_refused(NotFoundError, DeleteBlock(unknown))
        self.assert_refused(NotFoundError, MoveBlock(unknown, self.unit))
        self.assert_refused(NotFoundError, MoveBlock(self.text, self.key("vertical", "unknown")))
        self.assert_refused(NotFoundError, SetChildren(self.unit, (unknown,)))
        self.assert_refused(NotFoundError, DeleteBlock(self.unit), CreateBlock(unknown, html, parent=self.unit))
        self.assert_refused(InvalidInputError, CreateBlock(self.text, html, parent=self.unit))
        self.assert_refused(InvalidInputError, CreateBlock(elsewhere, html, parent=self.unit))
        self.assert_refused(InvalidInputError, CreateBlock(self.key(ROOT, "second"), "<course/>"))
        self.assert_refused(InvalidInputError, UpdateBlock(self.text, "<problem/>"))
        self.assert_refused(InvalidInputError, UpdateBlock(self.unit, "<vertical><html/></vertical>"))
        self.assert_refused(ContentLibrariesError, UpdateBlock(self.text, "<html>"))
        self.assert_refused(InvalidInputError, MoveBlock(self.text, self.problem))
        self.assert_refused(InvalidInputError, SetChildren(self.unit, (self.text, self.text)))
        self.assert_refused(InvalidInputError, SetChildren(self.unit, (self.unit,)))
        self.assert_refused(InvalidInputError, MoveBlock(self.section, self.unit))
        self.assert_refused(InvalidInputError, SetChildren(self.unit, (self.root,)))
        self.assert_refused(InvalidInputError, DeleteBlock(self.root))

    def test_a_plan_for_an_older_version_is_refused(self) -> None:
        self.fill()
        version = self.store.structure(self.course_key).blocks[self.problem].version_num
        self.apply(UpdateBlock(self.problem, "<problem/>"), expected={self.problem: version})
        late = UpdateBlock(self.problem, "<problem>late</problem>")
        self.assert_refused(ConflictError, late, expected={self.problem: version})
        self.assert_refused(ConflictError, late, expected={self.key("html", "gone"): 1})

    def test_finding_blocks_by_what_they_say(self) -> None:
        self.fill()
        self.apply(UpdateBlock(self.other_unit, '<vertical upstream="lct:O:L:unit:u"/>'))
        found = self.store.blocks_saying(self.course_key, "upstream=")
        self.assertEqual(found.keys(), {self.problem, self.other_unit})
        self.assertEqual(found[self.problem].settings["upstream"], "lb:O:L:problem:p")

    def test_the_published_branch_is_not_touched(self) -> None:
        before = self.store.structure(self.course_key, published=True)
        self.fill()
        after = self.store.structure(self.course_key, published=True)
        self.assertEqual((after.blocks, after.children), (before.blocks, before.children))

    def test_files(self) -> None:
        picture, empty = b"\x89PNG", b""
        put = [PutFile(path, media_digest(data), len(data)) for path, data in self.files_of(picture, empty)]
        self.apply(*put, file_bytes=file_bytes_of(picture, empty))
        self.assertEqual(self.stored(), {"static/a b/1.png": picture, "static/2.png": picture, "about/x.html": empty})
        file = self.store.files(self.course_key)["static/2.png"]
        self.assertEqual((file.media_type, file.digest, file.size), ("image/png", media_digest(picture), 4))
        again = self.apply(*put, file_bytes=file_bytes_of())
        self.assertIsNone(again.change_set)
        other = PutFile("static/2.png", media_digest(b"other"), 5)
        self.apply(other, DeleteFile("about/x.html"), DeleteFile("none"), file_bytes=file_bytes_of(b"other"))
        self.assertEqual(self.stored(), {"static/a b/1.png": picture, "static/2.png": b"other"})
        self.apply(PutFile("about/x.html", media_digest(picture), 4), file_bytes=file_bytes_of(picture))
        self.assertEqual(self.stored()["about/x.html"], picture)

    def files_of(self, picture: bytes, empty: bytes) -> list[tuple[str, bytes]]:
        return [("static/a b/1.png", picture), ("static/2.png", picture), ("about/x.html", empty)]

    def stored(self) -> dict[str, bytes]:
        files = self.store.files(self.course_key)
        paths = [*files, "static/none.png"]
        read = dict(self.store.read_files(self.course_key, paths))
        self.assertEqual(dict(self.store.read_files(self.course_key, paths, files=files)), read)
        return read
