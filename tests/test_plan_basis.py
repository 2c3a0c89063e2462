"""A plan is refused if a fact that it was made for has changed, and only then."""

from __future__ import annotations

import pytest

from content_libraries.errors import PlanOutdatedError
from content_libraries.plan_basis import ChangedFact, PlanBasis, State, refuse_outdated

SHOWN = PlanBasis[str]({"a": 1, "b": 2, "free": None})


class ChangedError(PlanOutdatedError):
    def __init__(self, changes: tuple[ChangedFact[str], ...]) -> None:
        super().__init__("changed")
        self.changes = changes


@pytest.mark.parametrize("shown", [SHOWN, SHOWN.fingerprint])
def test_the_same_facts_in_another_order_are_the_same_basis(shown: PlanBasis[str] | str) -> None:
    refuse_outdated(shown, PlanBasis({"free": None, "b": 2, "a": 1}), ChangedError)


@pytest.mark.parametrize(
    ("now", "changes"),
    [
        ({"a": 1, "b": 3}, [ChangedFact("b", 2, 3)]),
        ({"a": 2, "b": 1}, [ChangedFact("a", 1, 2), ChangedFact("b", 2, 1)]),
        ({"b": 2}, [ChangedFact("a", 1, None)]),
        ({"a": 1, "b": 2, "free": "taken"}, [ChangedFact("free", None, "taken")]),
        ({"a": "1", "b": 2}, [ChangedFact("a", 1, "1")]),
    ],
)
def test_each_changed_fact_is_told(now: dict[str, State], changes: list[ChangedFact[str]]) -> None:
    with pytest.raises(ChangedError) as refused:
        refuse_outdated(SHOWN, PlanBasis(now), ChangedError)
    assert list(refused.value.changes) == changes
    with pytest.raises(ChangedError):
        refuse_outdated(SHOWN.fingerprint, PlanBasis(now), ChangedError)


def test_what_the_plan_does_not_depend_on_may_change() -> None:
    refuse_outdated(SHOWN, PlanBasis({"a": 1, "b": 2, "other": 7}), ChangedError)


def test_nothing_is_out_of_date_for_a_user_who_has_seen_no_plan() -> None:
    refuse_outdated(None, SHOWN, ChangedError)
