"""Link settings of copied course blocks (wire: sync-customizable, sync-endpoints). Works on OLX alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from opaque_keys.edx.keys import UsageKey

from ...block_types.api import DISPLAY_NAME
from ...courses.api import BlockCopy
from ...olx.api import settings_in, with_attributes
from .attributes import LinkSettings, customizable_body, short_key


def with_link_settings(copies: Sequence[BlockCopy]) -> list[BlockCopy]:
    """
    Give copies of blocks their link settings.

    A copy of a linked block is linked to the same item. A copy of another block remembers its original. A part of a
    linked structure that is copied without the structure becomes top-level. The copied title and body count as the
    library's: choosing "take the library's" before the next sync goes back to them.

    Args:
        copies: a block and the blocks below it, in document order.
    """
    links = {copy.usage_key: LinkSettings.of(copy.source_key, settings_in(copy.olx)) for copy in copies}
    copy_of = {copy.source_key: copy.usage_key for copy in copies}
    tops: dict[UsageKey, UsageKey] = {}
    for copy in copies:
        if (top := _top_level(copy, links, copy_of, tops)) is not None:
            tops[copy.usage_key] = top
    return [_with_link_settings(copy, links[copy.usage_key], tops.get(copy.usage_key)) for copy in copies]


def _top_level(
    copy: BlockCopy,
    links: Mapping[UsageKey, LinkSettings],
    copy_of: Mapping[UsageKey, UsageKey],
    tops: Mapping[UsageKey, UsageKey],
) -> UsageKey | None:
    """
    Return the top of the linked structure that a copy is part of, among the copies.

    It is the copy itself for the top of a structure, and None for a copy without a link.
    """
    link = links[copy.usage_key]
    if link.upstream is None:
        return None
    named = link.top_level_key(copy.source_key.course_key)
    if named is None:
        return copy.usage_key
    above = None if copy.parent_key is None else tops.get(copy.parent_key)
    return copy_of.get(named) or above or copy.usage_key


def _with_link_settings(copy: BlockCopy, link: LinkSettings, top: UsageKey | None) -> BlockCopy:
    if link.upstream is None:
        link = LinkSettings(copied_from=str(copy.source_key))
    else:
        title = settings_in(copy.olx).get(DISPLAY_NAME)
        is_renamed = copy.title is not None and copy.title != title and DISPLAY_NAME not in link.customized
        link = replace(
            link,
            upstream_title=title,
            upstream_body=customizable_body(copy.source_key.block_type, copy.olx),
            customized=(*link.customized, DISPLAY_NAME) if is_renamed else link.customized,
            top_level=None if top is None or top == copy.usage_key else short_key(top),
        )
    return replace(copy, olx=with_attributes(copy.olx, link.attributes()))
