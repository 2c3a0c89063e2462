"""The status of many items, against plain recursion through every version and child."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openedx_content import api as content_api
from openedx_content.models_api import Draft, PublishableEntityVersionDependency, Published
from openedx_tagging import api as tagging_api

from content_libraries.learning_core import api as learning_core

from .building import Package

pytestmark = pytest.mark.django_db

COMPONENTS = ("p1", "p2", "p3")
CONTAINERS = {
    "unit1": COMPONENTS,
    "unit2": COMPONENTS,
    "subsection1": ("unit1", "unit2"),
    "section1": ("subsection1", "subsection2"),
    "subsection2": ("unit1", "unit2"),
}
ITEMS = (*COMPONENTS, *CONTAINERS)
slugs = itertools.count()

steps = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from(COMPONENTS)),
        st.sampled_from(list(CONTAINERS)).flatmap(
            lambda code: st.tuples(
                st.just("set"), st.just(code), st.lists(st.sampled_from(CONTAINERS[code]), max_size=3)
            )
        ),
        st.tuples(st.sampled_from(["delete", "restore", "publish"]), st.sampled_from(ITEMS)),
        st.sampled_from([("publish all",), ("discard",)]),
    ),
    max_size=10,
)


def run(package: Package, step: tuple[Any, ...]) -> None:
    match step:
        case ("edit", code):
            package.write(code)
        case ("set", code, children):
            package.write(**{code: children})
        case ("publish all",):
            package.publish()
        case ("discard",):
            package.discard()
        case (action, code):
            getattr(package, action)(code)


def state(entity_pk: int, pointers: Mapping[Any, int | None]) -> object:
    """What one branch shows of an item: its version and, however deep, what it shows of its live children."""
    version_pk = pointers.get(entity_pk)
    if version_pk is None:
        return None
    children = PublishableEntityVersionDependency.objects.filter(referring_version=version_pk)
    states = {state(pk, pointers) for pk in children.values_list("referenced_entity_id", flat=True)}
    return version_pk, frozenset(states - {None})


def assert_status_is_that_of_plain_recursion(package: Package) -> None:
    drafts = dict(Draft.objects.values_list("pk", "version_id"))
    published = dict(Published.objects.values_list("pk", "version_id"))
    pks = package.pks(*ITEMS)
    statuses = learning_core.item_statuses(package.pk, pks, library_key=package.library_key)
    for code, pk in zip(ITEMS, pks, strict=True):
        expected = state(pk, drafts) != state(pk, published)
        assert statuses[pk].has_unpublished_changes == expected, code


@given(steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_unpublished_changes_are_those_that_plain_recursion_finds(script: list[tuple[Any, ...]]) -> None:
    package = Package(f"lib{next(slugs)}")
    package.write(*COMPONENTS, unit1=["p1", "p2"], unit2=["p2", "p3"], subsection1=["unit1"], section1=["subsection1"])
    package.write(subsection2=["unit1", "unit2"])
    assert_status_is_that_of_plain_recursion(package)
    for step in script:
        run(package, step)
        assert_status_is_that_of_plain_recursion(package)


def test_the_status_of_a_container_is_that_of_learning_core() -> None:
    package = Package()
    package.write("p1", unit1=["p1"], subsection1=["unit1"])
    package.publish()
    package.write("p1")
    for code in ("unit1", "subsection1"):
        container = content_api.get_container_by_code(package.pk, code)
        assert package.status(code).has_unpublished_changes is content_api.contains_unpublished_changes(container)
        assert package.status(code).has_unpublished_changes is True


def test_deleting_a_published_child_changes_the_container_that_shows_it() -> None:
    package = Package()
    package.write("p1", "p2", unit1=["p1", "p2"])
    package.publish()
    package.delete("p1")
    assert package.status("unit1").has_unpublished_changes
    package.restore("p1")
    assert not package.status("unit1").has_unpublished_changes


def test_what_was_created_and_deleted_without_a_publish_has_no_changes() -> None:
    package = Package()
    package.write("p1", unit1=["p1"])
    package.delete("p1")
    package.delete("unit1")
    assert not package.status("p1").has_unpublished_changes
    assert not package.status("unit1").has_unpublished_changes


def test_a_status_tells_versions_times_and_people_of_both_branches() -> None:
    ann, bob = (get_user_model().objects.create(username=name) for name in ("ann", "bob"))
    package = Package()
    package.write("p1", author_pk=ann.pk, title="Old")
    package.publish(author_pk=bob.pk)
    package.write("p1", author_pk=bob.pk, title="New")

    status = package.status("p1")

    assert status.key == package.component_key("p1")
    assert status.created_by == "ann"
    assert status.published is not None
    assert (status.published.title, status.published.version_num, status.published.created_by) == (
        "Old p1",
        1,
        "ann",
    )
    assert status.draft is not None
    assert (status.draft.title, status.draft.version_num, status.draft.created_by) == ("New p1", 2, "bob")
    assert status.last_published is not None
    assert status.published.created < status.last_published < status.draft.created
    assert status.last_published_by == "bob"


def test_publishing_a_child_is_the_last_publish_of_its_published_containers_too() -> None:
    ann, bob = (get_user_model().objects.create(username=name) for name in ("ann", "bob"))
    package = Package()
    package.write("p1", unit1=["p1"])
    package.publish(author_pk=ann.pk)
    package.write("p1")
    package.publish("p1", author_pk=bob.pk)
    assert package.status("unit1").last_published == package.status("p1").last_published
    assert package.status("unit1").last_published_by == "bob"


@pytest.mark.parametrize("count", [10, 300])
def test_the_number_of_queries_does_not_depend_on_the_number_of_items(
    count: int, django_assert_num_queries: Any
) -> None:
    package = Package()
    codes = [f"p{n}" for n in range(count)]
    package.write(*codes, unit1=codes, subsection1=["unit1"])
    pks = package.pks(*codes, "unit1", "subsection1")
    with django_assert_num_queries(1):
        statuses = learning_core.item_statuses(package.pk, pks, library_key=package.library_key)
    assert len(statuses) == count + 2


def test_tags_are_counted_with_their_implicit_ancestors_once_each() -> None:
    taxonomy = tagging_api.create_taxonomy("Subjects")
    tagging_api.add_tag_to_taxonomy(taxonomy, "Mathematics")
    for tag in ("Algebra", "Geometry"):
        tagging_api.add_tag_to_taxonomy(taxonomy, tag, "Mathematics")
    tagging_api.tag_object("lb:Org:lib:problem:p1", taxonomy, ["Algebra", "Geometry"])
    counts = learning_core.tag_counts(["lb:Org:lib:problem:p1", "lb:Org:lib:problem:p2"])
    assert counts == {"lb:Org:lib:problem:p1": 3}


def test_the_collections_of_an_item_are_the_enabled_ones_in_order_of_creation() -> None:
    package = Package()
    package.write("p1")
    entities = Draft.objects.get(pk=package.pk_of("p1")).entity
    for code in ("z", "hidden", "a"):
        content_api.create_collection(package.pk, code, title=code.upper(), created_by=None)
        content_api.add_to_collection(package.pk, code, type(entities).objects.filter(id=entities.id))
    content_api.delete_collection(package.pk, "hidden")
    labels = learning_core.collections_of(package.pk_of("p1"))
    assert [(label.code, label.title) for label in labels] == [("z", "Z"), ("a", "A")]
