"""From keys to entities and back."""

from __future__ import annotations

import pytest

from content_libraries.errors import NotFoundError
from content_libraries.keys import container_key
from content_libraries.learning_core import api as learning_core

from .building import Package

pytestmark = pytest.mark.django_db


def test_components_and_containers_are_found_by_their_keys_and_given_them_back() -> None:
    package = Package()
    package.write("p1", "p2", unit1=["p1"])
    keys = package.keys("p1", "unit1")

    found = learning_core.find_items(package.pk, keys)

    assert found.keys() == set(keys)
    pks = [item.pk for item in found.values()]
    assert set(learning_core.item_keys(package.pk, pks, library_key=package.library_key).values()) == set(keys)


def test_a_component_is_found_under_its_own_block_type_only() -> None:
    package = Package()
    package.write("p1")
    assert learning_core.find_items(package.pk, [package.component_key("p1", "html")]) == {}


def test_a_container_is_found_under_its_own_type_only() -> None:
    package = Package()
    package.write(unit1=[])
    assert learning_core.find_items(package.pk, [container_key("lct:Org:lib:section:unit1")]) == {}


def test_codes_differ_by_case() -> None:
    package = Package()
    package.write("p1", "P1")
    assert len(set(package.pks("p1", "P1"))) == 2


def test_other_learning_packages_are_never_looked_at() -> None:
    package, other = Package("one"), Package("two")
    package.write("p1", unit1=["p1"])
    pks = package.pks("p1", "unit1")

    assert learning_core.find_items(other.pk, [package.component_key("p1"), package.container_key("unit1")]) == {}
    assert learning_core.item_keys(other.pk, pks, library_key=other.library_key) == {}
    assert learning_core.item_statuses(other.pk, pks, library_key=other.library_key) == {}


def test_deleted_items_can_be_told_from_unknown_ones() -> None:
    package = Package()
    package.write("p1")
    package.delete("p1")
    key = package.component_key("p1")

    with pytest.raises(learning_core.ItemDeletedError):
        learning_core.find_item(package.pk, key)
    assert learning_core.find_item(package.pk, key, deleted_too=True).is_deleted
    with pytest.raises(NotFoundError) as unknown:
        learning_core.find_item(package.pk, package.component_key("p2"), deleted_too=True)
    assert not isinstance(unknown.value, learning_core.ItemDeletedError)


@pytest.mark.parametrize("count", [10, 300])
def test_the_number_of_queries_does_not_depend_on_the_number_of_keys(
    count: int, django_assert_num_queries: object
) -> None:
    package = Package()
    codes = [f"p{n}" for n in range(count)]
    package.write(*codes, unit1=codes, unit2=[])
    keys = package.keys(*codes, "unit1")
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = learning_core.find_items(package.pk, keys)
    with django_assert_num_queries(1):  # type: ignore[operator]
        learning_core.item_keys(package.pk, [item.pk for item in found.values()], library_key=package.library_key)


@pytest.mark.parametrize(("text_search", "count"), [("QUAD", 2), ("quad", 2), ("Equation", 1), ("équilibre", 1)])
def test_live_components_are_searched_by_title_and_code_in_any_case(text_search: str, count: int) -> None:
    package = Package()
    for code, title in [("p-Quadratic", "One équilibre"), ("p2", "A quadratic Equation"), ("p3", "Other")]:
        learning_core.create_component(
            package.pk,
            block_type="problem",
            component_code=code,
            title=title,
            olx="<problem/>",
            author_pk=None,
        )
    found = learning_core.live_component_pks(package.pk, text_search=text_search)
    assert package.pk_of("p3") not in found
    assert len(found) == count


def test_live_components_leave_out_deleted_ones_containers_and_other_types() -> None:
    package = Package()
    package.write("p1", "p2", unit1=[])
    package.delete("p2")
    assert list(learning_core.live_component_pks(package.pk)) == package.pks("p1")
    assert list(learning_core.live_component_pks(package.pk, block_types=["html"])) == []
    assert learning_core.count_live_items(package.pk) == 2
