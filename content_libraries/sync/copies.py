"""What copies of course blocks say of links (wire: sync-customizable, sync-endpoints). OLX from OLX; no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from opaque_keys.edx.keys import UsageKey

from ..courses.api import BlockCopy
from ..olx.api import body_of, settings_in, with_attributes
from .settings import DISPLAY_NAME, TEXT, LinkSettings, short_key


def copied_links(copies: Sequence[BlockCopy]) -> list[BlockCopy]:
    """
    Let copies keep the links of their originals, and those without a link remember the originals.

    A part of a linked structure that is copied without the structure is top-level from then on. What the library says
    is, for the copy, what was copied: so "take the library's" goes back to that until the next sync.

    Args:
        copies: a block and what is below it, in document order.
    """
    links = {copy.usage_key: LinkSettings.of(copy.source_key, settings_in(copy.olx)) for copy in copies}
    copy_of = {copy.source_key: copy.usage_key for copy in copies}
    tops: dict[UsageKey, UsageKey] = {}
    for copy in copies:
        if (top := _top_level(copy, links, copy_of, tops)) is not None:
            tops[copy.usage_key] = top
    return [_adapted(copy, links[copy.usage_key], tops.get(copy.usage_key)) for copy in copies]


def _top_level(
    copy: BlockCopy,
    links: Mapping[UsageKey, LinkSettings],
    copy_of: Mapping[UsageKey, UsageKey],
    tops: Mapping[UsageKey, UsageKey],
) -> UsageKey | None:
    """The copy that a copy is a part of, as far as its link goes; itself for the top of a linked structure."""
    link = links[copy.usage_key]
    if link.upstream is None:
        return None
    named = link.top_level_key(copy.source_key.course_key)
    if named is None:
        return copy.usage_key
    above = None if copy.parent_key is None else tops.get(copy.parent_key)
    return copy_of.get(named) or above or copy.usage_key


def _adapted(copy: BlockCopy, link: LinkSettings, top: UsageKey | None) -> BlockCopy:
    if link.upstream is None:
        link = LinkSettings(copied_from=str(copy.source_key))
    else:
        title = settings_in(copy.olx).get(DISPLAY_NAME)
        is_renamed = copy.title is not None and copy.title != title and DISPLAY_NAME not in link.customized
        link = replace(
            link,
            upstream_title=title,
            upstream_body=body_of(copy.olx) if copy.source_key.block_type == TEXT else None,
            customized=(*link.customized, DISPLAY_NAME) if is_renamed else link.customized,
            top_level=None if top is None or top == copy.usage_key else short_key(top),
        )
    return replace(copy, olx=with_attributes(copy.olx, link.attributes()))
