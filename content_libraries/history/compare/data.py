"""Data classes of comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from opaque_keys.edx.keys import UsageKey

from ...keys import ItemKey
from ...learning_core.api import BranchName, VersionStatus


@dataclass(frozen=True, slots=True)
class AroundChangeSet:
    """The moment right before or right after a change set: of the drafts, or of what is published for a publish."""

    uuid: UUID
    before: bool = False


@dataclass(frozen=True, slots=True)
class AfterPublish:
    """The moment right after a publish log."""

    uuid: UUID


type Moment = int | BranchName | AroundChangeSet | AfterPublish
"""The number of a version, ``draft`` or ``published`` for the current one, or a moment in the history."""


@dataclass(frozen=True, slots=True)
class StateName:
    """
    Names a state of an item.

    Args:
        key: a component or container of a library, or a block of a course; deleted or not.
        moment: when.
    """

    key: ItemKey | UsageKey
    moment: Moment


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    The difference between two states.

    Args:
        before, after: what was compared.
        before_version, after_version: the versions of the items then; None where an item did not exist or was deleted.
        difference: ready for JSON; see ``olx.differences.state_difference``.
    """

    before: StateName
    after: StateName
    before_version: VersionStatus | None
    after_version: VersionStatus | None
    difference: Mapping[str, Any]
