"""
Updates or rebuilds the whole index, for the operator of the site. Permissions are not checked.

A rebuild fills a spare index, which takes the place of the other when it is complete. Until then searches use the old
index, which goes on following the content. The spare index has checkpoints of its own, so an interrupted rebuild
can be continued.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Final

from django.utils.translation import gettext as _

from .checking import remove_strays
from .checkpoints import TurnTakenError, start_over
from .engine import SearchEngine, current_engine
from .models import SearchCheckpoint
from .places import ContextKey, package_of
from .rebuilds import Ownership, finish_rebuild, owning_the_rebuild
from .upkeep import AfterStep, CaughtUp, ContestedError, catch_up, packages_behind

type Report = Callable[[int, int, CaughtUp], None]
"""
Called after each step with the number of finished libraries and courses, the number of all, and the documents so far.
"""

_ROUNDS: Final = 50
"""How often to look for changes that happened while the index was filled, before giving up."""


def refresh(context_key: ContextKey | None = None, *, report: Report | None = None) -> CaughtUp:
    """
    Make only the documents that are not up to date.

    Args:
        context_key: one library or course; all of them, deleted ones included, if None.

    Returns: the numbers of documents. Raises NotFoundError, and SearchEngineError if the engine fails.
    """
    if context_key is None:
        return _catch_up_each(packages_behind(), report)
    return _catch_up_each([package_of(context_key)], report)


def rebuild(context_key: ContextKey | None = None, *, report: Report | None = None) -> CaughtUp:
    """
    Make all documents anew. Searches find everything meanwhile.

    After an interruption, the sweep or the next call goes on with the rebuild.

    Args:
        context_key: one library or course, whose documents are replaced in place; the whole index if None.

    Returns: the numbers of documents. Raises NotFoundError, SearchEngineError if the engine fails, and
    RebuildRunningError if the whole index is being rebuilt already.
    """
    if context_key is None:
        with owning_the_rebuild() as ownership:
            done = _rebuild_all(ownership, report)
        # Catch up with changes between the last round and the exchange of the indexes.
        return done + refresh()
    learning_package_pk = package_of(context_key)
    removed = remove_strays(context_key)
    start_over(SearchCheckpoint.objects.filter(learning_package_pk=learning_package_pk, is_spare=False))
    return CaughtUp(deleted=removed) + _catch_up_each([learning_package_pk], report)


def _rebuild_all(ownership: Ownership, report: Report | None) -> CaughtUp:
    engine, done = current_engine(), CaughtUp()
    if engine.prepare() != ownership.index_id:  # the spare index is in use already if the process died at this point
        _prepare_spare(engine.spare(), ownership)
        done = _fill_spare(ownership, report)
        engine.use_spare()
    finish_rebuild()
    return done


def _prepare_spare(spare: SearchEngine, ownership: Ownership) -> None:
    """Continue with a spare index that was begun, or begin a new one."""
    checkpoints = SearchCheckpoint.objects.filter(is_spare=True)
    if ownership.index_id and spare.prepare() == ownership.index_id:
        # A process that had a turn is dead, or will notice that the turn has ended.
        checkpoints.update(turn="")
        return
    spare.clear()
    checkpoints.delete()
    ownership.renew(index_id=spare.prepare())


def _fill_spare(ownership: Ownership, report: Report | None) -> CaughtUp:
    done = CaughtUp()
    for _round in range(_ROUNDS):
        behind = packages_behind(is_spare=True)
        if not behind:
            return done
        done += _catch_up_each(behind, report, is_spare=True, after_step=lambda _done: ownership.renew())
        ownership.renew()
    raise ContestedError(
        _("Content is changing too fast to rebuild the index now. Try again, it goes on where it was.")
    )


def _catch_up_each(
    learning_package_pks: Collection[int],
    report: Report | None,
    *,
    is_spare: bool = False,
    after_step: AfterStep = lambda _done: None,
) -> CaughtUp:
    """
    Catch up with each learning package.

    In the spare index, packages that others keep changing are left for the next round.
    """
    done = CaughtUp()

    def tell(finished: int, now: CaughtUp) -> None:
        after_step(now)
        if report:
            report(finished, len(learning_package_pks), done + now)

    for number, pk in enumerate(learning_package_pks):
        try:
            done += catch_up(pk, is_spare=is_spare, after_step=partial(tell, number))
        except (ContestedError, TurnTakenError):
            if not is_spare:
                raise
        tell(number + 1, CaughtUp())
    return done
