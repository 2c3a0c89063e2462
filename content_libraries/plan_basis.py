"""
Tells whether a plan is out of date.

A plan carries a ``PlanBasis``: the facts that it was made for. Whoever applies the plan takes the lock of what the plan
writes, reads the same facts again, and calls ``refuse_outdated``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from json import dumps

from .errors import PlanOutdatedError

type State = int | str | None
"""The state of a subject, such as the version of a block. None: the subject does not exist."""


@dataclass(frozen=True)
class ChangedFact[Subject: Hashable]:
    """A fact that has changed since a plan was made."""

    subject: Subject
    before: State
    now: State


@dataclass(frozen=True)
class PlanBasis[Subject: Hashable]:
    """
    The facts that a plan was made for.

    Args:
        facts: subject, such as the key of a block -> the state that it had. What is not listed may change freely.
    """

    facts: Mapping[Subject, State] = field(default_factory=dict, hash=False)

    @property
    def fingerprint(self) -> str:
        """Return a digest of the facts. Clients send it in place of the plan that they have shown."""
        facts = sorted((str(subject), state) for subject, state in self.facts.items())
        return blake2b(dumps(facts).encode(), digest_size=16).hexdigest()

    def changes_to(self, now: PlanBasis[Subject]) -> tuple[ChangedFact[Subject], ...]:
        """Return the facts with another state in ``now``, in the order of this basis."""
        return tuple(
            ChangedFact(subject, before, now.facts.get(subject))
            for subject, before in self.facts.items()
            if now.facts.get(subject) != before
        )


def refuse_outdated[Subject: Hashable](
    shown: PlanBasis[Subject] | str | None,
    now: PlanBasis[Subject],
    error: Callable[[tuple[ChangedFact[Subject], ...]], PlanOutdatedError],
) -> None:
    """
    Raise an error if a plan is out of date. The caller holds the lock of what the plan writes.

    Args:
        shown: the basis of the plan; or the fingerprint of its basis, if only that is known; None if the user has seen
            no plan, which is never out of date.
        now: the same facts, as they are now.
        error: makes the error from the changed facts. A fingerprint does not tell which facts have changed.
    """
    if isinstance(shown, str):
        if shown != now.fingerprint:
            raise error(())
    elif shown is not None and (changes := shown.changes_to(now)):
        raise error(changes)
