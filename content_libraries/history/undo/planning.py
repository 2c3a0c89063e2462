"""Plans an undo from gathered facts, without a query."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...learning_core.data import LaterChange, SetChange


@dataclass(frozen=True, slots=True)
class Facts:
    """
    Gathers the facts that the plan of an undo depends on.

    Args:
        changes: the items that the set changed, and where they are now.
        children: pk of a version of a container -> its children; for versions in ``changes`` of a course.
        one_place: whether each item has one place, as in a course. Items of a library may have any number, also none.
        later: entity pk -> latest change, at least for items that changed after the set.
    """

    changes: Sequence[SetChange]
    children: Mapping[int, frozenset[int]]
    one_place: bool
    later: Mapping[int, LaterChange]


@dataclass(frozen=True, slots=True)
class Decision:
    """
    The items that an undo brings back, and the items that it cannot bring back.

    Args:
        undoable: changes to take back.
        changed_later: changes of items that have another version now than the set gave them.
        together: changes of items that belong together with one of ``changed_later`` -> the change of this item.
    """

    undoable: tuple[SetChange, ...]
    changed_later: tuple[SetChange, ...]
    together: Mapping[SetChange, SetChange]


def changed_later(changes: Collection[SetChange]) -> list[SetChange]:
    """Return the changes of items that have another version now than the set gave them."""
    return [change for change in changes if change.current_version_pk != change.new_version_pk]


def decide(facts: Facts) -> Decision:
    """Decide which changes of a set can be taken back."""
    conflicting = changed_later(facts.changes)
    together: dict[SetChange, SetChange] = {}
    if facts.one_place and conflicting:
        causes = _Groups.of(facts).causes(conflicting)
        blocked = set(conflicting)
        together = {
            change: causes[change.entity_pk]
            for change in facts.changes
            if change.entity_pk in causes and change not in blocked
        }
    refused = {*conflicting, *together}
    undoable = tuple(change for change in facts.changes if change not in refused)
    return Decision(undoable, tuple(conflicting), together)


@dataclass
class _Groups:
    """
    Groups of blocks that a set moved, created or deleted together: union-find over entities.

    A container belongs together with each child that the set added to it or removed from it. So an undo brings all
    places of a moved block back, or none.
    """

    leaders: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Facts) -> _Groups:
        groups = cls()
        for change in facts.changes:
            for child_pk in _moved_children(change, facts.children):
                groups.join(change.entity_pk, child_pk)
        return groups

    def join(self, one: int, other: int) -> None:
        self.leaders[self.leader(one)] = self.leader(other)

    def leader(self, entity_pk: int) -> int:
        path = []
        while (above := self.leaders.setdefault(entity_pk, entity_pk)) != entity_pk:
            path.append(entity_pk)
            entity_pk = above
        for passed in path:
            self.leaders[passed] = entity_pk
        return entity_pk

    def causes(self, conflicting: Sequence[SetChange]) -> dict[int, SetChange]:
        """Map each entity of a group with a conflicting change to this change."""
        of_leaders: dict[int, SetChange] = {}
        for change in conflicting:
            if change.entity_pk in self.leaders:
                of_leaders.setdefault(self.leader(change.entity_pk), change)
        return {pk: of_leaders[leader] for pk in list(self.leaders) if (leader := self.leader(pk)) in of_leaders}


def _moved_children(change: SetChange, children: Mapping[int, frozenset[int]]) -> Iterator[int]:
    """Yield the children that a change added to a container, or removed from it."""
    before = children.get(change.old_version_pk or 0, frozenset())
    after = children.get(change.new_version_pk or 0, frozenset())
    yield from before ^ after
