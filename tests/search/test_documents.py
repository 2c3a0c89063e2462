"""Documents field by field (wire: search-documents), of content that Learning Core's own API made."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content import api as content_api
from openedx_content.models_api import Component, LearningPackage, PublishableEntity, Section, Subsection, Unit
from openedx_tagging import api as tagging_api

from content_libraries.content.models import ContainerSettings
from content_libraries.learning_core.data import block_media_type
from content_libraries.learning_core.ids import package_id
from content_libraries.libraries.models import ContentLibrary
from content_libraries.search.documents import (
    Documents,
    LibraryPlace,
    collection_documents,
    document_id,
    item_documents,
)

CREATED = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
EDITED = CREATED + timedelta(days=1)
PUBLISHED = CREATED + timedelta(days=2)

type Make = Callable[..., Any]


@pytest.fixture
def place(library: ContentLibrary) -> LibraryPlace:
    assert library.learning_package_id is not None
    return LibraryPlace(library.learning_package_id, library.library_key, "Library One", access_id=42)


@pytest.fixture
def make_component(place: LibraryPlace) -> Make:
    def make(code: str, *, block_type: str = "html", title: str = "Title", olx: str = "<html/>") -> Component:
        component, _version = content_api.create_component_and_version(
            package(place),
            component_type=content_api.get_or_create_component_type("xblock.v1", block_type),
            component_code=code,
            title=title,
            created=CREATED,
            media={"block.xml": olx_media(place, block_type, olx)},
        )
        return component

    return make


@pytest.fixture
def make_container(place: LibraryPlace) -> Make:
    def make(container_class: type[Any], code: str, children: list[Any], *, title: str = "") -> Any:
        container, _version = content_api.create_container_and_version(
            package(place),
            container_code=code,
            container_cls=container_class,
            title=title or code.title(),
            entities=children,
            created=CREATED,
            created_by=None,
        )
        return container

    return make


def package(place: LibraryPlace) -> LearningPackage.ID:
    return package_id(place.learning_package_pk)


def olx_media(place: LibraryPlace, block_type: str, olx: str) -> Any:
    media_type = content_api.get_or_create_media_type(block_media_type(block_type))
    return content_api.get_or_create_text_media(package(place), media_type.id, text=olx, created=CREATED).id


def edit(place: LibraryPlace, component: Component, title: str, olx: str) -> None:
    content_api.create_next_component_version(
        component.id,
        media_to_replace={"block.xml": olx_media(place, component.component_type.name, olx)},
        title=title,
        created=EDITED,
    )


def publish(place: LibraryPlace) -> None:
    content_api.publish_all_drafts(package(place), published_at=PUBLISHED)


def document_of(place: LibraryPlace, item: Any) -> dict[str, Any]:
    (document,) = item_documents(place, [item.id]).live
    return dict(document)


def html(text: str) -> str:
    return f"<html><![CDATA[{text}]]></html>"


def test_a_component_that_was_never_published(place: LibraryPlace, make_component: Make) -> None:
    component = make_component("intro", title="Introduction", olx=html(r"<p>Solve \(\frac{a}{b}\) now</p>"))

    assert document_of(place, component) == {
        "id": document_id("lb:CL-TEST:lib1:html:intro"),
        "type": "library_block",
        "usage_key": "lb:CL-TEST:lib1:html:intro",
        "block_id": "intro",
        "block_type": "html",
        "context_key": "lib:CL-TEST:lib1",
        "org": "CL-TEST",
        "access_id": 42,
        "display_name": "Introduction",
        "breadcrumbs": [{"display_name": "Library One"}],
        "content": {"html_content": r"Solve \(\frac{a}{b}\) now"},
        "description": "Solve a/b now",
        "created": CREATED.timestamp(),
        "modified": CREATED.timestamp(),
        "last_published": None,
        "publish_status": "never",
        "license": "all-rights-reserved",
        "license_holder": None,
        "license_texts": [],
        "tags": {},
        "collections": {"display_name": [], "key": []},
        "units": {"display_name": [], "key": []},
    }


def test_a_published_component_shows_what_is_published(place: LibraryPlace, make_component: Make) -> None:
    component = make_component("intro", title="Old title", olx=html("old text"))
    publish(place)
    assert document_of(place, component)["publish_status"] == "published"

    edit(place, component, "New title", html("new text"))
    document = document_of(place, component)

    assert document["display_name"] == "New title"
    assert document["description"] == "new text"
    assert document["modified"] == EDITED.timestamp()
    assert document["last_published"] == PUBLISHED.timestamp()
    assert document["publish_status"] == "modified"
    assert document["published"] == {"display_name": "Old title", "description": "old text"}


def test_formulas_are_readable_in_the_published_description_too(place: LibraryPlace, make_component: Make) -> None:
    component = make_component("intro", olx=html(r"\(\alpha\)"))
    publish(place)
    edit(place, component, "Title", html("other"))

    assert document_of(place, component)["published"]["description"] == "α"


def test_a_problem_lists_its_types(place: LibraryPlace, make_component: Make) -> None:
    olx = (
        "<problem><stringresponse answer='x'><p>Which one?</p></stringresponse>"
        "<multiplechoiceresponse><choicegroup><choice>This</choice></choicegroup>"
        "<solution>Secret</solution></multiplechoiceresponse></problem>"
    )
    document = document_of(place, make_component("p", block_type="problem", olx=olx))

    assert document["content"] == {
        "capa_content": "Which one? This",
        "problem_types": ["multiplechoiceresponse", "stringresponse"],
    }
    assert document["description"] == "Which one? This"


def test_only_texts_and_problems_have_a_description(place: LibraryPlace, make_component: Make) -> None:
    olx = '<video><transcript language="en">Hello</transcript></video>'
    document = document_of(place, make_component("v", block_type="video", olx=olx))
    publish(place)

    assert document["content"] == {"transcript_en": "Hello"}
    assert "description" not in document
    assert document_of(place, make_component("empty"))["content"] == {"html_content": ""}
    assert "description" not in document_of(place, make_component("empty2"))


def test_olx_that_cannot_be_read_is_found_by_title_and_logged_once(
    place: LibraryPlace, make_component: Make, caplog: pytest.LogCaptureFixture
) -> None:
    component = make_component("broken", title="Broken", olx="<html><p></html>")
    publish(place)
    edit(place, component, "Still broken", "<html><b></html>")
    caplog.set_level(logging.WARNING)

    document = document_of(place, component)

    assert document["display_name"] == "Still broken"
    assert document["content"] is None
    assert document["published"] == {"display_name": "Broken"}
    (record,) = caplog.records
    assert "lb:CL-TEST:lib1:html:broken" in record.getMessage()


def test_a_component_lists_the_units_that_hold_its_draft(
    place: LibraryPlace, make_component: Make, make_container: Make
) -> None:
    component = make_component("intro")
    make_container(Unit, "u1", [component, component], title="First unit")
    removed_from = make_container(Unit, "u2", [component])
    content_api.create_next_container_version(
        removed_from, title="Second", entities=[], created=EDITED, created_by=None
    )
    deleted = make_container(Unit, "u3", [component])
    content_api.soft_delete_draft(deleted.id)
    make_container(Unit, "u4", [component], title="Fourth unit")

    assert document_of(place, component)["units"] == {
        "display_name": ["First unit", "Fourth unit"],
        "key": ["lct:CL-TEST:lib1:unit:u1", "lct:CL-TEST:lib1:unit:u4"],
    }


def test_a_container_that_was_never_published(place: LibraryPlace, make_component: Make, make_container: Make) -> None:
    first, second = make_component("first", title="First"), make_component("second", title="Second")
    unit = make_container(Unit, "u1", [second, first, second], title="Unit One")
    make_container(Subsection, "s1", [unit], title="Subsection One")

    assert document_of(place, unit) == {
        "id": document_id("lct:CL-TEST:lib1:unit:u1"),
        "type": "library_container",
        "usage_key": "lct:CL-TEST:lib1:unit:u1",
        "block_id": "u1",
        "block_type": "unit",
        "context_key": "lib:CL-TEST:lib1",
        "org": "CL-TEST",
        "access_id": 42,
        "display_name": "Unit One",
        "breadcrumbs": [{"display_name": "Library One"}],
        "num_children": 3,
        "content": {
            "child_usage_keys": [
                "lb:CL-TEST:lib1:html:second",
                "lb:CL-TEST:lib1:html:first",
                "lb:CL-TEST:lib1:html:second",
            ],
            "child_display_names": ["Second", "First", "Second"],
        },
        "created": CREATED.timestamp(),
        "modified": CREATED.timestamp(),
        "last_published": None,
        "publish_status": "never",
        "license": "all-rights-reserved",
        "license_holder": None,
        "license_texts": [],
        "tags": {},
        "collections": {"display_name": [], "key": []},
        "subsections": {"display_name": ["Subsection One"], "key": ["lct:CL-TEST:lib1:subsection:s1"]},
    }


def test_containers_list_the_containers_of_the_level_above(
    place: LibraryPlace, make_component: Make, make_container: Make
) -> None:
    unit = make_container(Unit, "u1", [])
    subsection = make_container(Subsection, "s1", [unit])
    section = make_container(Section, "c1", [subsection], title="Section One")

    assert document_of(place, subsection)["sections"] == {
        "display_name": ["Section One"],
        "key": ["lct:CL-TEST:lib1:section:c1"],
    }
    assert document_of(place, subsection)["block_type"] == "subsection"
    assert not {"units", "subsections", "sections"} & document_of(place, section).keys()


def test_a_published_container_shows_the_published_children(
    place: LibraryPlace, make_component: Make, make_container: Make
) -> None:
    kept, deleted = make_component("kept", title="Kept"), make_component("deleted", title="Deleted")
    unit = make_container(Unit, "u1", [kept, deleted], title="Unit")
    publish(place)
    edit(place, kept, "Kept and renamed", html(""))
    content_api.soft_delete_draft(deleted.id)

    document = document_of(place, unit)

    assert document["num_children"] == 1
    assert document["content"]["child_display_names"] == ["Kept and renamed"]
    assert document["published"] == {
        "display_name": "Unit",
        "num_children": 2,
        "content": {
            "child_usage_keys": ["lb:CL-TEST:lib1:html:kept", "lb:CL-TEST:lib1:html:deleted"],
            "child_display_names": ["Kept", "Deleted"],
        },
    }


def test_a_container_is_modified_when_anything_below_it_is(
    place: LibraryPlace, make_component: Make, make_container: Make
) -> None:
    component = make_component("intro")
    unit = make_container(Unit, "u1", [component])
    subsection = make_container(Subsection, "s1", [unit])
    publish(place)
    assert document_of(place, subsection)["publish_status"] == "published"

    edit(place, component, "Changed", html("changed"))

    assert document_of(place, subsection)["publish_status"] == "modified"
    publish(place)
    assert document_of(place, subsection)["publish_status"] == "published"


def test_a_pinned_child_is_shown_at_its_version(
    place: LibraryPlace, make_component: Make, make_container: Make
) -> None:
    component = make_component("intro", title="As it was")
    unit = make_container(Unit, "u1", [component.versioning.draft])
    edit(place, component, "As it is", html(""))

    assert document_of(place, unit)["content"]["child_display_names"] == ["As it was"]


def test_deleted_items_are_gone(place: LibraryPlace, make_component: Make) -> None:
    component = make_component("intro")
    publish(place)
    content_api.soft_delete_draft(component.id)

    documents = item_documents(place, [component.id])

    assert documents == Documents([], [document_id("lb:CL-TEST:lib1:html:intro")])


def test_what_was_unpublished_counts_as_never_published(place: LibraryPlace, make_component: Make) -> None:
    component = make_component("intro")
    version = component.versioning.draft
    publish(place)
    content_api.soft_delete_draft(component.id)
    publish(place)
    content_api.set_draft_version(component.id, version.pk)

    document = document_of(place, component)

    assert document["publish_status"] == "never"
    assert document["last_published"] is None
    assert "published" not in document


def test_collections_of_an_item(place: LibraryPlace, make_component: Make) -> None:
    component = make_component("intro")
    entities = PublishableEntity.objects.filter(id=component.id)
    for code, title in (("spring", "Spring"), ("autumn", "Autumn"), ("disabled", "Disabled")):
        content_api.create_collection(package(place), code, title=title, created_by=None)
        content_api.add_to_collection(package(place), code, entities)
    content_api.delete_collection(package(place), "disabled")

    assert document_of(place, component)["collections"] == {
        "display_name": ["Spring", "Autumn"],
        "key": ["spring", "autumn"],
    }


def test_a_collection(place: LibraryPlace, make_component: Make) -> None:
    draft, published, deleted = (make_component(code) for code in ("draft", "published", "deleted"))
    content_api.publish_from_drafts(
        package(place),
        content_api.get_all_drafts(package(place)).filter(entity_id__in=[published.id, deleted.id]),
    )
    content_api.soft_delete_draft(deleted.id)
    collection = content_api.create_collection(
        package(place), "spring", title="Spring", description="Of 2025", created_by=None
    )
    collection = content_api.add_to_collection(
        package(place),
        "spring",
        PublishableEntity.objects.filter(id__in=[draft.id, published.id, deleted.id]),
    )

    assert collection_documents(place, ["spring"]) == Documents(
        [
            {
                "id": document_id("lib-collection:CL-TEST:lib1:spring"),
                "type": "collection",
                "usage_key": "lib-collection:CL-TEST:lib1:spring",
                "block_id": "spring",
                "context_key": "lib:CL-TEST:lib1",
                "org": "CL-TEST",
                "access_id": 42,
                "display_name": "Spring",
                "description": "Of 2025",
                "breadcrumbs": [{"display_name": "Library One"}],
                "num_children": 2,
                "published": {"num_children": 2},
                "created": collection.created.timestamp(),
                "modified": collection.modified.timestamp(),
                "tags": {},
            }
        ],
        [],
    )


def test_disabled_and_unknown_collections_are_gone(place: LibraryPlace) -> None:
    content_api.create_collection(package(place), "disabled", title="Disabled", created_by=None)
    content_api.delete_collection(package(place), "disabled")

    documents = collection_documents(place, ["disabled", "unknown"])

    assert documents.live == []
    assert sorted(documents.gone) == [
        document_id("lib-collection:CL-TEST:lib1:disabled"),
        document_id("lib-collection:CL-TEST:lib1:unknown"),
    ]


def tag(object_id: str, taxonomy: Any, *values: str) -> None:
    tagging_api.tag_object(object_id, taxonomy, list(values))


def test_tags_list_their_lineage_down_to_the_fourth_level(place: LibraryPlace, make_component: Make) -> None:
    taxonomy = tagging_api.create_taxonomy("Location")
    parent = None
    for value in ("Earth", "Europe > West", "France", "Paris", "Marais"):
        tagging_api.add_tag_to_taxonomy(taxonomy, value.replace(" > ", " - "), parent)
        parent = value.replace(" > ", " - ")
    component = make_component("intro")
    tag("lb:CL-TEST:lib1:html:intro", taxonomy, "Marais")

    assert document_of(place, component)["tags"] == {
        "taxonomy": ["Location"],
        "level0": ["Location > Earth"],
        "level1": ["Location > Earth > Europe - West"],
        "level2": ["Location > Earth > Europe - West > France"],
        "level3": ["Location > Earth > Europe - West > France > Paris"],
    }


def test_tags_of_several_taxonomies_and_free_text(place: LibraryPlace, make_component: Make) -> None:
    location = tagging_api.create_taxonomy("Location > Site")
    for value in ("Asia", "Europe"):
        tagging_api.add_tag_to_taxonomy(location, value)
    keywords = tagging_api.create_taxonomy("Keywords", allow_free_text=True)
    hidden = tagging_api.create_taxonomy("Hidden", allow_free_text=True)
    component = make_component("intro")
    for taxonomy, values in ((location, ["Europe", "Asia"]), (keywords, ["light"]), (hidden, ["secret"])):
        tag("lb:CL-TEST:lib1:html:intro", taxonomy, *values)
    hidden.enabled = False
    hidden.save()

    assert document_of(place, component)["tags"] == {
        "taxonomy": ["Keywords", "Location _ Site"],
        "level0": ["Keywords > light", "Location _ Site > Asia", "Location _ Site > Europe"],
    }


def test_collections_and_containers_have_tags_too(place: LibraryPlace, make_container: Make) -> None:
    taxonomy = tagging_api.create_taxonomy("Keywords", allow_free_text=True)
    unit = make_container(Unit, "u1", [])
    content_api.create_collection(package(place), "spring", title="Spring", created_by=None)
    tag("lct:CL-TEST:lib1:unit:u1", taxonomy, "light")
    tag("lib-collection:CL-TEST:lib1:spring", taxonomy, "dark")
    (collection,) = collection_documents(place, ["spring"]).live

    assert document_of(place, unit)["tags"]["level0"] == ["Keywords > light"]
    assert collection["tags"]["level0"] == ["Keywords > dark"]


@pytest.mark.parametrize(
    ("key", "slug"),
    [
        ("lb:CL-TEST:lib1:html:intro", "lbcl-testlib1htmlintro"),
        ("lib-collection:O:L:Spring_2025.a", "lib-collectionolspring_2025a"),
    ],
)
def test_ids_are_slugs_with_a_digest(key: str, slug: str) -> None:
    name, _dash, digest = document_id(key).rpartition("-")

    assert name == slug
    assert len(digest) == 8
    assert int(digest, 16) >= 0


def test_ids_differ_for_keys_with_the_same_slug() -> None:
    keys = ["lb:O:L:html:a.b", "lb:O:L:html:ab", "lb:O:L:html:aB", "lb:O:Lh:tml:ab", "lb:O:L:html:aéb"]

    assert len({document_id(key) for key in keys}) == len(keys)


def test_the_license_that_counts_is_in_documents(
    place: LibraryPlace, make_component: Make, make_container: Make
) -> None:
    component = make_component("intro")
    unit = make_container(Unit, "u1", [component])
    version = unit.versioning.draft.publishable_entity_version
    ContainerSettings.objects.create(version=version, license="Ask Jo", license_holder="ACME", copyright_notice="© A")
    for item in (unit, component):
        document = document_of(place, item)
        found = document["license"], document["license_holder"], document["license_texts"]
        assert found == ("other", "ACME", ["ACME", "© A", "Ask Jo"])


def test_queries_do_not_depend_on_the_number_of_items(
    place: LibraryPlace, make_component: Make, make_container: Make
) -> None:
    def queries(count: int) -> int:
        made = []
        for number in range(count):
            components = [make_component(f"c{count}-{number}-{place_in_unit}") for place_in_unit in (0, 1)]
            unit = make_container(Unit, f"u{count}-{number}", components)
            made += [*components, unit, make_container(Subsection, f"s{count}-{number}", [unit])]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            documents = item_documents(place, [item.id for item in made])
        assert len(documents.live) == 4 * count
        return len(captured)

    assert queries(2) == queries(20) <= 15
