"""Finds values in which a course differs from its library, and decides what a sync does. Needs only OLX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opaque_keys.edx.keys import UsageKey

from ...block_types.api import DATA, DISPLAY_NAME, block_type
from ...courses.api import LINK_ATTRIBUTES
from ...keys import ItemKey, LibraryContainerLocator
from ...olx.api import body_of, settings_in
from ..data import Conflict, SyncOutcome
from ..link.attributes import LinkSettings


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
    Yield the local changes of a block for which the library has another value.

    A local change is a recorded change of a customizable field, which a sync may keep; or another value that differs
    from the version that was synced last, which a sync undoes.

    Args:
        link: the link settings of the block before the sync.
        base: OLX of the library item in the version that was synced last, with the names that its files have in the
            course; None if that version is not known.
        mine: OLX of the block now.
        theirs: OLX of the block if it took every value from the library.
        outcome: OLX of the block after the sync.
    """
    local, offered, result = (_values(olx) for olx in (mine, theirs, outcome))
    synced = None if base is None else _values(base)
    is_component = not isinstance(upstream, LibraryContainerLocator)
    customizable = block_type(usage_key.block_type).customizable
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
    Yield the local work that is lost when a sync removes a block.

    For a linked block these are its recorded local changes; for a block that was added in the course, its title and
    body.

    Args:
        link: the link settings of the block.
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
    """
    Return the outcomes that an author can choose for a conflict.

    Declining is always possible. Keeping the local value is possible for customizable fields only; taking the
    library's value is possible except for customizable fields of a container or of a part of a linked structure.
    """
    keep = (SyncOutcome.KEEP_LOCAL,) if may_keep else ()
    take = (SyncOutcome.TAKE_UPSTREAM,) if may_take else ()
    return (*keep, *take, SyncOutcome.DECLINE)
