"""Where a course and its library say different things, and what becomes of that. OLX in, no database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opaque_keys.edx.keys import UsageKey

from ..keys import ItemKey, LibraryContainerLocator
from ..olx.api import body_of, settings_in
from .data import Conflict, SyncOutcome
from .settings import DATA, DISPLAY_NAME, LINK_ATTRIBUTES, LinkSettings, customizable_of


def conflicts_in(
    usage_key: UsageKey,
    upstream: ItemKey,
    link: LinkSettings,
    *,
    base: str | None,
    mine: str,
    theirs: str,
    outcome: str,
) -> Iterator[Conflict]:
    """
    Yield the local changes of a block that the library says otherwise.

    Those are the recorded ones, of fields that may be changed; and what else is no more what was synced last, which a
    sync takes back.

    Args:
        link: what the block says of its link before the sync.
        base: OLX of the library item as it was synced last, with the names that its files have in the course; None if
            that is not known.
        mine: OLX of the block. theirs: the same if it took everything from the library.
        outcome: the same after the sync.
    """
    local, offered, result = (_values(olx) for olx in (mine, theirs, outcome))
    synced = None if base is None else _values(base)
    is_component = not isinstance(upstream, LibraryContainerLocator)
    customizable = customizable_of(usage_key.block_type)
    for name in sorted(local.keys() | offered.keys()):
        value = local.get(name)
        if value == offered.get(name):
            continue
        if name in customizable:
            is_local = name in link.customized
        else:
            is_local = is_component and synced is not None and synced.get(name) != value
        if is_local:
            yield Conflict(
                usage_key=usage_key,
                title=local.get(DISPLAY_NAME, ""),
                upstream=str(upstream),
                name=name,
                mine=value,
                theirs=offered.get(name),
                outcome=SyncOutcome.KEEP_LOCAL if result.get(name) == value else SyncOutcome.TAKE_UPSTREAM,
                choices=_choices(
                    may_keep=name in customizable,
                    may_take=name not in customizable or (is_component and link.top_level is None),
                ),
            )


def lost_work(usage_key: UsageKey, link: LinkSettings, mine: str) -> Iterator[Conflict]:
    """
    Yield what was written in the course in a block that a sync removes: local changes, or all of what was added there.

    Args:
        link: what the block says of its link.
        mine: OLX of the block.
    """
    values = _values(mine)
    names = link.customized if link.upstream is not None else (DATA, DISPLAY_NAME)
    for name in sorted(names):
        if values.get(name):
            yield Conflict(
                usage_key=usage_key,
                title=values.get(DISPLAY_NAME, ""),
                upstream=link.upstream or "",
                name=name,
                mine=values[name],
                theirs=None,
                outcome=SyncOutcome.TAKE_UPSTREAM,
                choices=(SyncOutcome.DECLINE,),
            )


def _values(olx: str) -> Mapping[str, str]:
    settings = {name: value for name, value in settings_in(olx).items() if name not in LINK_ATTRIBUTES}
    return {**settings, DATA: body_of(olx)}


def _choices(*, may_keep: bool, may_take: bool) -> tuple[SyncOutcome, ...]:
    """Inside of a structure local changes always stay; what is not the author's to change never does."""
    keep = (SyncOutcome.KEEP_LOCAL,) if may_keep else ()
    take = (SyncOutcome.TAKE_UPSTREAM,) if may_take else ()
    return (*keep, *take, SyncOutcome.DECLINE)
