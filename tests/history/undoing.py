"""A library and a course that reuses its items, and what an undo has to bring back of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
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
from content_libraries.content import api as content
from content_libraries.content.models import UnitTemplate
from content_libraries.history import api as history
from content_libraries.imports.models import ModulestoreBlockSource, ModulestoreSource
from content_libraries.sync.models import CourseLink, LegacyConversion
from content_libraries.tagging import api as tagging
from tests.courses.building import SUBSECTION, UNIT, make_course

KEY = api.library_key("lib:O:lib")
UNIT_OF_LIBRARY: Final[Any] = api.item_key("lct:O:lib:unit:u")
COLLECTION: Final[Any] = api.collection_key("lib-collection:O:lib:c")
SOURCE_TAGS = """"Name","Type","ID","words"\r
"Course 1","course","course",""\r
"  Week 1","chapter","c1",""\r
"      First","vertical","v1","one; two"\r
"""

type Change = Callable[[], Any]


def item(code: str) -> Any:
    return api.item_key(f"lb:O:lib:problem:{code}")


@pytest.fixture
def world(db: None) -> None:
    """A library with tags, a collection and a template, and a course that reuses its items."""
    api.create_library(user=OPERATOR, org="O", slug="lib", title="L")
    taxonomy = tagging_api.create_taxonomy("Words", export_id="words", allow_free_text=True)
    tagging.set_organizations(taxonomy, [Organization.objects.get(short_name="O")])
    make_course()
    for code in ("a", "b"):
        api.create_component(KEY, user=OPERATOR, block_type="problem", component_code=code)
        set_tags(code, "own")
    api.create_container(KEY, user=OPERATOR, container_type="unit", title="U", container_code="u")
    api.append_children(UNIT_OF_LIBRARY, child_keys=[item("a"), item("b")], user=OPERATOR)
    api.mark_template(UNIT_OF_LIBRARY, user=OPERATOR)
    content.create_collection(KEY, user=OPERATOR, title="C")
    content.add_to_collection(COLLECTION, user=OPERATOR, item_keys=[item("a")])
    api.publish_all(KEY, user=OPERATOR)
    api.create_linked_block(UNIT, user=OPERATOR, upstream=str(item("a")))
    api.create_linked_block(SUBSECTION, user=OPERATOR, upstream=str(UNIT_OF_LIBRARY))


def set_tags(code: str, *values: str) -> None:
    taxonomy = tagging_api.get_taxonomy_by_export_id("words")
    assert taxonomy is not None
    tagging.set_object_tags(str(item(code)), [(taxonomy, list(values))], user=OPERATOR)


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
        "templates": set(UnitTemplate.objects.values_list("entity_id", flat=True)),
        "conversions": set(LegacyConversion.objects.filter(undone__isnull=True).values_list("pk", flat=True)),
    }


def newest_logs() -> dict[type[Any], int]:
    return {
        model: model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for model in (DraftChangeLog, PublishLog)
    }


def sets_since(logs: dict[type[Any], int]) -> list[Any]:
    """The change sets since, in the order in which they were made. Drafts are made before they are published."""
    return [
        uuid
        for model in (DraftChangeLog, PublishLog)
        for uuid in model.objects.filter(pk__gt=logs[model]).order_by("pk").values_list("uuid", flat=True)
    ]


def undo_and_redo(action: Change) -> list[history.ChangeKind]:
    """
    Do something, take its change sets back, and do them again: the states before and after have to come back.

    Returns: the kinds of the change sets.
    """
    before, logs = snapshot(), newest_logs()
    action()
    after = snapshot()
    sets = sets_since(logs)
    undone = [history.undo_change_set(uuid, user=OPERATOR) for uuid in reversed(sets)]
    if undone:
        assert snapshot() == before
    for each in reversed(undone):
        history.undo_change_set(each.change_set.uuid, user=OPERATOR)
    assert snapshot() == after
    assert api.check_links(None, repair=False) == []
    return [history.get_change_set(uuid, user=OPERATOR).kind for uuid in sets]
