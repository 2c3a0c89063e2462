"""Whatever users do: its undo gives the state before, and the undo of the undo gives the state after."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.content import api as content
from content_libraries.errors import ContentLibrariesError
from content_libraries.history import api as history
from tests.courses.building import COURSE_KEY, ROOT, SECTION, SUBSECTION, UNIT
from tests.imports.conftest import OUTLINE
from tests.imports.sources import write_course
from tests.racing import needs_locks

from .undoing import (
    COLLECTION,
    KEY,
    SOURCE_TAGS,
    UNIT_OF_LIBRARY,
    Change,
    item,
    set_tags,
    undo_and_redo,
    world,
)

__all__ = ["world"]

pytestmark = pytest.mark.django_db

CODES = st.sampled_from(["a", "b", "c"])
ON_REPEAT = st.sampled_from(list(api.OnRepeat))


def max_attempts(number: int) -> history.SettingsEdit:
    return history.SettingsEdit({"max_attempts": number})


class _RefusedError(Exception):
    """The action of a rule was refused, so there is nothing to undo."""


class Undoing(RuleBasedStateMachine):
    """Users of a library and a course that reuses it. After each action it is undone and done again."""

    folder: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def do(self, action: Change) -> None:
        """Do something, undo it, and redo it. Nothing is checked of what is refused, and of what is no change set."""

        def attempt() -> None:
            try:
                with transaction.atomic():
                    action()
            except ContentLibrariesError as error:
                raise _RefusedError from error

        with suppress(_RefusedError):
            undo_and_redo(attempt)

    def course_blocks(self) -> list[Any]:
        structure = api.course_store().structure(COURSE_KEY)
        return [key for key, _depth in structure.walk() if key != ROOT]

    def course_block(self, number: int) -> Any:
        blocks = self.course_blocks()
        return blocks[number % len(blocks)] if blocks else SECTION

    @rule(code=CODES)
    def create(self, code: str) -> None:
        self.do(lambda: api.create_component(KEY, user=OPERATOR, block_type="problem", component_code=code))

    @rule(code=CODES, title=st.sampled_from(["x", "y"]))
    def edit(self, code: str, title: str) -> None:
        olx = f'<problem display_name="{title}"/>'
        self.do(lambda: api.set_olx(item(code), user=OPERATOR, olx=olx))

    @rule(code=CODES)
    def delete(self, code: str) -> None:
        self.do(lambda: api.delete_item(item(code), user=OPERATOR))

    @rule(code=CODES)
    def restore(self, code: str) -> None:
        self.do(lambda: api.restore_item(item(code), user=OPERATOR))

    @rule(code=CODES, number=st.integers(1, 4))
    def restore_version(self, code: str, number: int) -> None:
        target = history.ItemVersion(item(code), number)
        self.do(lambda: history.restore_versions(target, user=OPERATOR))

    @rule(codes=st.lists(CODES, unique=True))
    def arrange(self, codes: list[str]) -> None:
        self.do(lambda: api.replace_children(UNIT_OF_LIBRARY, child_keys=[*map(item, codes)], user=OPERATOR))

    @rule(number=st.integers(1, 6), with_children=st.booleans())
    def restore_unit(self, number: int, *, with_children: bool) -> None:
        target = history.ItemVersion(UNIT_OF_LIBRARY, number, with_children)
        self.do(lambda: history.restore_versions(target, user=OPERATOR))

    @rule(number=st.integers(0, 5))
    def restore_library(self, number: int) -> None:
        publishes = history.list_change_sets(KEY, user=OPERATOR, kind=history.ChangeKind.PUBLISH)
        target = history.LibraryState(KEY, publishes[0:6][number % min(len(publishes), 6)].uuid)
        self.do(lambda: history.restore_versions(target, user=OPERATOR))

    @rule(attempts=st.integers(1, 2))
    def bulk_edit(self, attempts: int) -> None:
        selection = history.Selection(KEY, block_types=("problem",))
        self.do(lambda: history.apply_bulk_edit(selection, max_attempts(attempts), user=OPERATOR))

    @rule(attempts=st.integers(1, 2))
    def bulk_edit_course(self, attempts: int) -> None:
        selection = history.Selection(COURSE_KEY, block_types=("problem",))
        self.do(lambda: history.apply_bulk_edit(selection, max_attempts(attempts), user=OPERATOR))

    @rule()
    def copy_template(self) -> None:
        self.do(lambda: api.copy_template(UNIT_OF_LIBRARY, KEY, user=OPERATOR))

    @rule()
    def copy_template_to_course(self) -> None:
        self.do(lambda: api.paste_template(UNIT_OF_LIBRARY, SUBSECTION, user=OPERATOR))

    @rule(codes=st.lists(CODES, unique=True))
    def collect(self, codes: list[str]) -> None:
        keys = [*map(item, codes)]
        self.do(lambda: content.add_to_collection(COLLECTION, user=OPERATOR, item_keys=keys))

    @rule()
    def delete_collection(self) -> None:
        self.do(lambda: content.delete_collection(COLLECTION, user=OPERATOR))

    @rule()
    def restore_collection(self) -> None:
        self.do(lambda: content.restore_collection(COLLECTION, user=OPERATOR))

    @rule(code=CODES, values=st.lists(st.sampled_from(["one", "own", "two"]), unique=True))
    def tag(self, code: str, values: list[str]) -> None:
        self.do(lambda: set_tags(code, *values))

    @rule(of_course=st.booleans(), number=st.integers(0, 30))
    def undo_an_earlier_set(self, number: int, *, of_course: bool) -> None:
        """What others changed since stays: the undo leaves it out."""
        sets = history.list_change_sets(COURSE_KEY if of_course else KEY, user=OPERATOR)
        uuid = sets[0:31][number % min(len(sets), 31)].uuid
        skip = history.OnConflict.SKIP
        self.do(lambda: history.undo_change_set(uuid, user=OPERATOR, on_conflict=skip))

    @rule()
    def publish(self) -> None:
        self.do(lambda: api.publish_all(KEY, user=OPERATOR))

    @rule()
    def discard(self) -> None:
        self.do(lambda: api.discard_all(KEY, user=OPERATOR))

    @rule()
    def discard_unit(self) -> None:
        self.do(lambda: api.discard_item(UNIT_OF_LIBRARY, user=OPERATOR))

    @rule(changed=st.booleans(), on_repeat=ON_REPEAT, forward=st.booleans(), publish=st.booleans())
    def import_course(self, *, changed: bool, on_repeat: api.OnRepeat, forward: bool, publish: bool) -> None:
        outline = OUTLINE.replace("First", "Changed") if changed else OUTLINE
        folder = self.folder / ("changed" if changed else "first")
        source = write_course(folder, outline, files={"tags.csv": SOURCE_TAGS})
        options = api.ImportOptions(level=api.Level.SECTION, on_repeat=on_repeat, forward=forward, make_collection=True)
        self.do(lambda: api.import_archive(KEY, user=OPERATOR, source=source, options=options, publish=publish))

    @rule(number=st.integers(0, 20), title=st.sampled_from(["x", "y"]))
    def edit_course(self, number: int, title: str) -> None:
        key = self.course_block(number)
        self.do(lambda: api.edit_block(key, user=OPERATOR, settings={"display_name": title}))

    @rule(title=st.sampled_from(["x", "y"]))
    def rename_course(self, title: str) -> None:
        self.do(lambda: api.edit_block(ROOT, user=OPERATOR, settings={"display_name": title}))

    @rule(number=st.integers(0, 20), to=st.integers(0, 20))
    def move_in_course(self, number: int, to: int) -> None:
        key, parent = self.course_block(number), self.course_block(to)
        self.do(lambda: api.move_block(key, user=OPERATOR, parent_key=parent))

    @rule(number=st.integers(4, 20))
    def delete_in_course(self, number: int) -> None:
        key = self.course_block(number)
        self.do(lambda: api.delete_block(key, user=OPERATOR))

    @rule(number=st.integers(0, 20))
    def duplicate(self, number: int) -> None:
        key = self.course_block(number)
        self.do(lambda: api.duplicate_block(key, user=OPERATOR))

    @rule(code=CODES)
    def reuse(self, code: str) -> None:
        self.do(lambda: api.create_linked_block(UNIT, user=OPERATOR, upstream=str(item(code))))

    @rule(number=st.integers(0, 20))
    def sync(self, number: int) -> None:
        key = self.course_block(number)
        self.do(lambda: api.sync_block(key, user=OPERATOR))

    @rule()
    def sync_all(self) -> None:
        self.do(lambda: api.sync_course(COURSE_KEY, user=OPERATOR))

    @rule(number=st.integers(0, 20))
    def unlink(self, number: int) -> None:
        key = self.course_block(number)
        self.do(lambda: api.unlink_block(key, user=OPERATOR))

    @rule()
    def publish_course(self) -> None:
        self.do(lambda: api.publish_course(COURSE_KEY, user=OPERATOR))


def _run(folder: Path, *, examples: int, steps: int) -> None:
    Undoing.folder = folder
    run_state_machine_as_test(
        Undoing,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=(Phase.generate,),  # an example writes thousands of rows: shrinking takes hours
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_undo_of_any_action_gives_the_state_before(world: None, tmp_path: Path) -> None:
    _run(tmp_path, examples=3, steps=12)


@needs_locks
def test_so_it_does_on_a_database_that_others_share(world: None, tmp_path: Path) -> None:
    _run(tmp_path, examples=5, steps=20)


@pytest.mark.slow
def test_so_do_many_more_undos(world: None, tmp_path: Path) -> None:
    _run(tmp_path, examples=60, steps=30)
