"""
Defines changes of a course as data, and computes their outcome. Uses no store and no database.

A plan can be shown to a user and then applied unchanged. Its changes are made one after the other in memory. Only the
outcome is written, so a block that moves twice gets one new version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ..block_types import api as block_types
from ..errors import InvalidInputError, NotFoundError, PlanOutdatedError
from ..olx.api import parse_block, without_url_name
from ..plan_basis import ChangedFact, PlanBasis, refuse_outdated
from .data import ROOT, CourseStructure


@dataclass(frozen=True, slots=True)
class CreateBlock:
    """
    A new block, or a deleted block that comes back under its old key.

    Args:
        olx: the OLX element of the block, without the blocks in it.
        children: blocks of the course, or blocks that this plan creates.
        parent: the block that holds the new one; if None, the block has no place until another change gives it one.
        index: its place among the children of the parent; the end if None.
    """

    usage_key: UsageKey
    olx: str = field(repr=False)
    children: tuple[UsageKey, ...] = ()
    parent: UsageKey | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateBlock:
    """Replaces the OLX element of a block; its children stay."""

    usage_key: UsageKey
    olx: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetChildren:
    """Gives a block exactly these children, in this order. Blocks that have no place afterwards are deleted."""

    usage_key: UsageKey
    children: tuple[UsageKey, ...]


@dataclass(frozen=True, slots=True)
class MoveBlock:
    """
    Takes a block from all its places to one place in a parent, which may be its present parent.

    ``index`` counts the children of the parent without the block itself; None is the end.
    """

    usage_key: UsageKey
    parent: UsageKey
    index: int | None = None


@dataclass(frozen=True, slots=True)
class DeleteBlock:
    """Deletes a block from all its places, and the blocks below it that stand nowhere else."""

    usage_key: UsageKey


@dataclass(frozen=True, slots=True)
class PutFile:
    """Adds or replaces a file of the course. The caller who applies the plan provides the bytes by the digest."""

    path: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class DeleteFile:
    """Deletes a file of the course; has no effect if there is no such file."""

    path: str


type Change = CreateBlock | UpdateBlock | SetChildren | MoveBlock | DeleteBlock | PutFile | DeleteFile


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """
    Changes of one course that are made together or not at all.

    Args:
        changes: made in this order.
        basis: usage key -> version number that the plan was made for. If a block has another version when the plan is
            applied, or is deleted, the plan is refused.
    """

    changes: tuple[Change, ...]
    basis: PlanBasis[UsageKey] = field(default_factory=PlanBasis)


@dataclass(slots=True)
class Outcome:
    """
    The outcome of a plan: the data to write.

    Args:
        created: new blocks.
        definitions: new OLX elements of blocks, created ones included.
        children: new lists of children, also of created blocks that can have children.
        deleted: deleted blocks.
        files: path -> the new file; None for a deleted file.
    """

    created: set[UsageKey] = field(default_factory=set)
    definitions: dict[UsageKey, str] = field(default_factory=dict)
    children: dict[UsageKey, tuple[UsageKey, ...]] = field(default_factory=dict)
    deleted: frozenset[UsageKey] = frozenset()
    files: dict[str, PutFile | None] = field(default_factory=dict)


def outcome_of(plan: CoursePlan, structure: CourseStructure) -> Outcome:
    """
    Compute the outcome of a plan in memory.

    Args:
        plan: the changes.
        structure: the draft of the course.

    Raises PlanOutdatedError when the course has changed since the plan was made, NotFoundError for a block that does
    not exist, InvalidInputError if a change would make the course invalid, and OlxError for unsafe OLX.
    """
    refuse_outdated(plan.basis, versions_in(structure, plan.basis.facts), _outdated)
    run = _Run(structure)
    for change in plan.changes:
        run.do(change)
    return run.finish()


def holds_blocks(block_type: str) -> bool:
    """
    Return whether blocks of a type can always have children.

    A block of another type can have children only if it is created with some.
    """
    return block_types.block_type(block_type).holds_blocks


def versions_in(structure: CourseStructure, keys: Iterable[UsageKey]) -> PlanBasis[UsageKey]:
    """Return the versions of blocks as the basis of a plan. Blocks that do not exist are left out."""
    return PlanBasis({key: structure.blocks[key].version_num for key in keys if key in structure.blocks})


def _outdated(changes: tuple[ChangedFact[UsageKey], ...]) -> PlanOutdatedError:
    text = _("“%(key)s” was changed in the meantime. Look at it, then try again.")
    return PlanOutdatedError(text % {"key": changes[0].subject})


class _Run:
    """The state of a course while the changes of a plan are made."""

    def __init__(self, structure: CourseStructure) -> None:
        self.structure = structure
        self.outcome = Outcome()
        self.children: dict[UsageKey, tuple[UsageKey, ...]] = dict(structure.children)
        self.parents: dict[UsageKey, set[UsageKey]] = {key: set(found) for key, found in structure.parents.items()}
        self.holders: set[UsageKey] = {key for key, block in structure.blocks.items() if block.holds_blocks}
        self.deleted: set[UsageKey] = set()

    def do(self, change: Change) -> None:
        match change:
            case CreateBlock():
                self._create(change)
            case UpdateBlock(usage_key, olx):
                self._require(usage_key)
                self.outcome.definitions[usage_key] = _definition(usage_key, olx)
            case SetChildren(usage_key, children):
                self._set_children(usage_key, children)
            case MoveBlock(usage_key, parent, index):
                self._detach(usage_key)
                self._attach(usage_key, parent, index)
            case DeleteBlock(usage_key):
                self._detach(usage_key)
                self.deleted.add(usage_key)
            case PutFile(path):
                self.outcome.files[path] = change
            case DeleteFile(path):
                self.outcome.files[path] = None

    def finish(self) -> Outcome:
        """Check the result of all changes, find the blocks that have lost their last place, and return the outcome."""
        for key, children in self.outcome.children.items():
            for child in children:
                self._require(child)
            if len(set(children)) < len(children):
                raise InvalidInputError(
                    _("“%(key)s” cannot hold the same block twice. Duplicate the block instead.") % {"key": key}
                )
        after = CourseStructure(self.structure.root, dict.fromkeys(self._live()), self.children)  # type: ignore[arg-type]
        self._refuse_cycles()
        lost = self.structure.reachable - after.reachable
        below = {key for top in self.deleted for key, _depth in self.structure.walk(top)} - after.reachable
        outcome = self.outcome
        outcome.deleted = frozenset((lost | below) - outcome.created)
        for key in self.deleted & outcome.created:
            outcome.created.discard(key)
            outcome.definitions.pop(key, None)
        gone = outcome.deleted | self.deleted
        outcome.definitions = {key: olx for key, olx in outcome.definitions.items() if key not in gone}
        outcome.children = {
            key: children
            for key, children in outcome.children.items()
            if key not in gone and (key in outcome.created or children != self.structure.children.get(key, ()))
        }
        return outcome

    def _live(self) -> set[UsageKey]:
        return (self.structure.blocks.keys() | self.outcome.created) - self.deleted

    def _require(self, key: UsageKey) -> None:
        if key in self.deleted or (key not in self.structure.blocks and key not in self.outcome.created):
            raise NotFoundError(_("There is no “%(key)s”.") % {"key": key})

    def _create(self, change: CreateBlock) -> None:
        key = change.usage_key
        if key.course_key != self.structure.root.course_key:
            raise InvalidInputError(_("“%(key)s” is a key of another course.") % {"key": key})
        if key.block_type == ROOT and key != self.structure.root:
            raise InvalidInputError(_("A course has one root. Create a section instead."))
        if (key in self.structure.blocks and key not in self.deleted) or key in self.outcome.created:
            raise InvalidInputError(
                _("There is a block “%(key)s” already. Choose another ID.") % {"key": key}, field="block_id"
            )
        self.deleted.discard(key)
        self.outcome.created.add(key)
        self.outcome.definitions[key] = _definition(key, change.olx)
        self.children.pop(key, None)
        if holds_blocks(key.block_type) or change.children:
            self.holders.add(key)
            self._set_children(key, change.children)
        if change.parent is not None:
            self._attach(key, change.parent, change.index)

    def _attach(self, key: UsageKey, parent: UsageKey, index: int | None) -> None:
        self._require(parent)
        siblings = list(self.children.get(parent, ()))
        siblings.insert(len(siblings) if index is None else min(index, len(siblings)), key)
        self._set_children(parent, tuple(siblings))

    def _detach(self, key: UsageKey) -> None:
        self._require(key)
        if key == self.structure.root:
            raise InvalidInputError(_("The root of a course can be neither moved nor deleted."))
        for parent in sorted(self.parents.get(key, ())):
            self._set_children(parent, tuple(child for child in self.children[parent] if child != key))

    def _set_children(self, key: UsageKey, children: tuple[UsageKey, ...]) -> None:
        self._require(key)
        if key not in self.holders:
            raise InvalidInputError(_("A %(block_type)s cannot hold other blocks.") % {"block_type": key.block_type})
        if self.structure.root in children:
            raise InvalidInputError(_("The root of a course cannot be inside of something."))
        for child in self.children.get(key, ()):
            self.parents.get(child, set()).discard(key)
        for child in children:
            self.parents.setdefault(child, set()).add(key)
        self.children[key] = children
        self.outcome.children[key] = children

    def _refuse_cycles(self) -> None:
        """Raise InvalidInputError if a block with new children would stand inside of itself, at any depth."""
        for key in self.outcome.children:
            pending, seen = list(self.parents.get(key, ())), set[UsageKey]()
            while pending:
                parent = pending.pop()
                if parent == key:
                    raise InvalidInputError(_("“%(key)s” cannot be inside of itself.") % {"key": key})
                if parent not in seen:
                    seen.add(parent)
                    pending.extend(self.parents.get(parent, ()))


def _definition(key: UsageKey, olx: str) -> str:
    block = parse_block(olx)
    if block.tag != key.block_type:
        raise InvalidInputError(
            _("The OLX of “%(key)s” is that of a %(tag)s.") % {"key": key, "tag": block.tag}, field="olx"
        )
    if block.children:
        raise InvalidInputError(
            _("Give the OLX of “%(key)s” without the blocks in it; name them as children.") % {"key": key}, field="olx"
        )
    return without_url_name(olx)
