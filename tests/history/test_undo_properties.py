"""Whatever users do: its undo gives the state before, and the undo of the undo gives the state after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from openedx_content.models_api import (
    Collection,
    CollectionPublishableEntity,
    Draft,
    DraftChangeLog,
    Published,
    PublishLog,
)
from openedx_tagging import api as tagging_api
from openedx_tagging.models import ObjectTag
from organizations.models import Organization

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import ContentLibrariesError
from content_libraries.history import api as history
from content_libraries.imports.models import ModulestoreBlockSource, ModulestoreSource
from content_libraries.sync.models import CourseLink
from content_libraries.tagging import api as tagging
from tests.courses.building import COURSE_KEY, ROOT, SECTION, SUBSECTION, UNIT, make_course
from tests.imports.conftest import OUTLINE
from tests.imports.sources import write_course

pytestmark = pytest.mark.django_db

KEY = api.library_key("lib:O:lib")
SOURCE_TAGS = """"Name","Type","ID","words"\r
"Course 1","course","course",""\r
"  Week 1","chapter","c1",""\r
"      First","vertical","v1","one; two"\r
"""
CODES = st.sampled_from(["a", "b", "c"])
ON_REPEAT = st.sampled_from(list(api.OnRepeat))

type Change = Callable[[], Any]


def snapshot() -> dict[str, Any]:
    """What users see of drafts, published versions and everything without versions, table by table."""
    links = CourseLink.objects.order_by("downstream_key").values()
    members = CollectionPublishableEntity.objects.filter(collection__enabled=True)
    return {
        "drafts": set(Draft.objects.filter(version__isnull=False).values_list("entity_id", "version_id")),
        "published": set(Published.objects.filter(version__isnull=False).values_list("entity_id", "version_id")),
        "collections": set(Collection.objects.filter(enabled=True).values_list("collection_code", "title")),
        "members": set(members.values_list("collection__collection_code", "entity_id")),
        "tags": {(tag.object_id, tag.taxonomy_id, tag.value, tag.is_copied) for tag in ObjectTag.objects.all()},
        "sources": set(ModulestoreSource.objects.filter(forwarded__isnull=False).values_list("key", "forwarded")),
        "blocks": set(ModulestoreBlockSource.objects.filter(forwarded__isnull=False).values_list("key", "forwarded")),
        "links": [
            {name: value for name, value in row.items() if name not in {"id", "uuid", "created", "updated"}}
            for row in links
        ],
        "courses": set(api.Course.objects.values_list("id", "display_name")),
    }


def newest() -> dict[type[Any], int]:
    return {
        model: model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for model in (DraftChangeLog, PublishLog)
    }


UNIT_OF_LIBRARY: Final[Any] = api.item_key("lct:O:lib:unit:u")


def item(code: str) -> Any:
    return api.item_key(f"lb:O:lib:problem:{code}")


@pytest.fixture
def world(db: None) -> None:
    """A library with tags, and a course that reuses its items."""
    api.create_library(user=OPERATOR, org="O", slug="lib", title="L")
    taxonomy = tagging_api.create_taxonomy("Words", export_id="words", allow_free_text=True)
    tagging.set_organizations(taxonomy, [Organization.objects.get(short_name="O")])
    make_course()
    for code in ("a", "b"):
        api.create_component(KEY, user=OPERATOR, block_type="problem", component_code=code)
        tagging.set_object_tags(f"lb:O:lib:problem:{code}", [(taxonomy, ["own"])], user=OPERATOR)
    api.create_container(KEY, user=OPERATOR, container_type="unit", title="U", container_code="u")
    api.append_children(UNIT_OF_LIBRARY, child_keys=[item("a"), item("b")], user=OPERATOR)
    api.publish_all(KEY, user=OPERATOR)
    api.create_linked_block(UNIT, user=OPERATOR, upstream=str(item("a")))
    api.create_linked_block(SUBSECTION, user=OPERATOR, upstream=str(UNIT_OF_LIBRARY))


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
        before, logs = snapshot(), newest()
        try:
            with transaction.atomic():
                action()
        except ContentLibrariesError:
            return
        after = snapshot()
        sets = self.sets_since(logs)
        if not sets:
            return
        undone = [history.undo_change_set(uuid, user=OPERATOR) for uuid in reversed(sets)]
        assert snapshot() == before
        for each in reversed(undone):
            history.undo_change_set(each.change_set.uuid, user=OPERATOR)
        assert snapshot() == after
        assert api.check_links(None, repair=False) == []

    def sets_since(self, logs: dict[type[Any], int]) -> list[Any]:
        """The change sets since, in the order in which they were made. Drafts are made before they are published."""
        return [
            uuid
            for model in (DraftChangeLog, PublishLog)
            for uuid in model.objects.filter(pk__gt=logs[model]).order_by("pk").values_list("uuid", flat=True)
        ]

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


@pytest.mark.slow
def test_so_do_many_more_undos(world: None, tmp_path: Path) -> None:
    _run(tmp_path, examples=60, steps=30)
