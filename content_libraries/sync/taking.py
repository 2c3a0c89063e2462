"""What a course block says after it has taken a library item: OLX from OLX. No database."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from opaque_keys.edx.keys import UsageKey

from ..content.api import ContainerSettingsData
from ..courses.api import private_name
from ..learning_core.api import FileMedia
from ..olx.api import body_of, inlined, settings_in, with_attributes, with_renamed_files
from .settings import (
    DATA,
    DISPLAY_NAME,
    LINK_ATTRIBUTES,
    TEXT,
    VIDEO,
    VIDEO_ID,
    LinkSettings,
    course_settings_of,
)
from .upstreams import UpstreamItem

STATIC: Final = "static/"


@dataclass(frozen=True, slots=True)
class Taken:
    """
    Args:
        olx: the new element of the block.
        kept: customized fields whose local values stayed although the library's are different.
    """

    olx: str
    kept: tuple[str, ...] = ()


def taken_component(
    item: UpstreamItem,
    upstream_olx: str,
    files: tuple[FileMedia, ...],
    *,
    usage_key: UsageKey,
    link: LinkSettings,
    current: str | None,
) -> Taken:
    """
    What a component says after it has taken the published version of its library item.

    Args:
        upstream_olx, files: of that version.
        link: what the block says of its link, with ``customized`` naming what stays.
        current: what it says now; None for one that is created, which gets the course's settings from the library too.
    """
    theirs = with_private_names(upstream_olx, files, usage_key)
    theirs = with_attributes(theirs, dict.fromkeys(LINK_ATTRIBUTES))
    body = body_of(theirs) if usage_key.block_type == TEXT else None
    mine = {} if current is None else settings_in(current)
    title = item.display_name(upstream_olx)
    attributes: dict[str, str | None] = {DISPLAY_NAME: title}
    if current is not None:
        owned = course_settings_of(usage_key.block_type)
        attributes |= {name: mine.get(name) for name in owned if name in mine or name in settings_in(theirs)}
    if usage_key.block_type == VIDEO:
        attributes[VIDEO_ID] = mine.get(VIDEO_ID) or str(uuid.uuid4())
    kept = []
    if current is not None and DISPLAY_NAME in link.customized:
        attributes[DISPLAY_NAME] = mine.get(DISPLAY_NAME)
        kept += [DISPLAY_NAME] if mine.get(DISPLAY_NAME) != title else []
    if current is not None and body is not None and DATA in link.customized:
        local = body_of(current)
        kept += [DATA] if local != body else []
        theirs = inlined(theirs, local)
    link = synced(link, item, title=title, body=body)
    return Taken(with_attributes(theirs, attributes | link.attributes()), tuple(kept))


def taken_container(item: UpstreamItem, *, link: LinkSettings, current: str) -> Taken:
    """What a section, subsection or unit says after it has taken the published version of its library item."""
    theirs, mine = item.display_name(), settings_in(current).get(DISPLAY_NAME)
    keeps = DISPLAY_NAME in link.customized
    attributes = synced(link, item, title=theirs).attributes() | {DISPLAY_NAME: mine if keeps else theirs}
    return Taken(with_attributes(current, attributes), (DISPLAY_NAME,) if keeps and mine != theirs else ())


def new_container(
    item: UpstreamItem, block_type: str, *, link: LinkSettings, preserved: ContainerSettingsData | None
) -> str:
    """What a new section, subsection or unit says: also the settings that the library has preserved for it."""
    carried = {} if preserved is None else carried_settings(preserved)
    title = item.display_name()
    attributes = carried | synced(link, item, title=title).attributes() | {DISPLAY_NAME: title}
    return with_attributes(f"<{block_type}/>", attributes)


def carried_settings(preserved: ContainerSettingsData) -> dict[str, str]:
    """What a new section, subsection or unit gets of the settings that the library has preserved, as attributes."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in preserved.settings.items()
        if name.isidentifier() and name not in LINK_ATTRIBUTES and name not in {"url_name", DISPLAY_NAME}
    }


def looked_up(item: UpstreamItem, upstream_olx: str | None, *, usage_key: UsageKey, link: LinkSettings) -> LinkSettings:
    """What a block remembers of its library item when it only looks at it, and takes nothing."""
    body = body_of(upstream_olx) if upstream_olx is not None and usage_key.block_type == TEXT else None
    return replace(link, upstream_title=item.display_name(upstream_olx), upstream_body=body)


def synced(link: LinkSettings, item: UpstreamItem, *, title: str | None, body: str | None = None) -> LinkSettings:
    """What a block says of its link after a sync, with the title and, for a Text, the body that the library has."""
    return replace(
        link,
        version_synced=item.version_num,
        upstream_title=title,
        upstream_body=body,
        deletion_declined=False,
        children_declined="",
        edited=False,
        moved_files={},
    )


def with_private_names(upstream_olx: str, files: tuple[FileMedia, ...], usage_key: UsageKey) -> str:
    """OLX of a component with the names that its files get in the course."""
    return with_renamed_files(upstream_olx, {name: private_name(usage_key, name) for name in own_files(files)})


def own_files(files: tuple[FileMedia, ...]) -> Mapping[str, FileMedia]:
    """Name below ``static/`` -> file of a component."""
    return {file.path.removeprefix(STATIC): file for file in files if file.path.startswith(STATIC)}
