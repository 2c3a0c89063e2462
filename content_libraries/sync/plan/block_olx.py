"""Makes the OLX of a course block from the published version of its library item. No database."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from opaque_keys.edx.keys import UsageKey

from ...block_types.api import DATA, DISPLAY_NAME, block_type, with_renamed_files
from ...content.api import ContainerSettingsData, license_attributes
from ...courses.api import LINK_ATTRIBUTES, private_name
from ...learning_core.data import FileMedia
from ...olx.api import body_of, inlined, settings_in, with_attributes
from ..link.attributes import (
    LinkSettings,
    course_settings_of,
    customizable_body,
)
from ..link.upstreams import UpstreamItem

STATIC: Final = "static/"


@dataclass(frozen=True, slots=True)
class Taken:
    """
    A block after a sync.

    Args:
        olx: the new OLX element of the block.
        kept: customized fields whose local values stayed although the library has other values.
    """

    olx: str
    kept: tuple[str, ...] = ()


def component_after_sync(
    item: UpstreamItem,
    upstream_olx: str,
    files: tuple[FileMedia, ...],
    *,
    usage_key: UsageKey,
    link: LinkSettings,
    current: str | None,
) -> Taken:
    """
    Return a component after a sync with the published version of its library item.

    Title, body and settings come from the library, except customized fields and the settings that belong to the course
    (``course_settings_of``).

    Args:
        upstream_olx, files: OLX and files of the published version.
        link: the link settings of the block; local values of its ``customized`` fields stay.
        current: the present OLX of the block; None for a new block, which takes all settings from the library.
    """
    theirs = with_private_names(upstream_olx, files, usage_key)
    theirs = with_attributes(theirs, dict.fromkeys(LINK_ATTRIBUTES))
    body = customizable_body(usage_key.block_type, theirs)
    mine = {} if current is None else settings_in(current)
    title = item.display_name(upstream_olx)
    attributes: dict[str, str | None] = {DISPLAY_NAME: title}
    if current is not None:
        owned = course_settings_of(usage_key.block_type)
        attributes |= {name: mine.get(name) for name in owned if name in mine or name in settings_in(theirs)}
    if unique := block_type(usage_key.block_type).unique_attribute:
        attributes[unique] = mine.get(unique) or str(uuid.uuid4())
    kept = []
    if current is not None and DISPLAY_NAME in link.customized:
        attributes[DISPLAY_NAME] = mine.get(DISPLAY_NAME)
        kept += [DISPLAY_NAME] if mine.get(DISPLAY_NAME) != title else []
    if current is not None and body is not None and DATA in link.customized:
        local = body_of(current)
        kept += [DATA] if local != body else []
        theirs = inlined(theirs, local)
    link = link_after_sync(link, item, title=title, body=body)
    return Taken(with_attributes(theirs, attributes | link.attributes()), tuple(kept))


def container_after_sync(
    item: UpstreamItem, *, link: LinkSettings, current: str, preserved: ContainerSettingsData | None
) -> Taken:
    """
    Return a section, subsection or unit after a sync with its library item.

    The sync changes the title, and the license, if the library has one. All other settings belong to the course.
    """
    theirs, mine = item.display_name(), settings_in(current).get(DISPLAY_NAME)
    keeps = DISPLAY_NAME in link.customized
    licensing = {} if preserved is None else license_attributes(preserved)
    attributes = licensing | link_after_sync(link, item, title=theirs).attributes()
    attributes |= {DISPLAY_NAME: mine if keeps else theirs}
    return Taken(with_attributes(current, attributes), (DISPLAY_NAME,) if keeps and mine != theirs else ())


def new_container(
    item: UpstreamItem, block_type: str, *, link: LinkSettings, preserved: ContainerSettingsData | None
) -> str:
    """Return the OLX of a new section, subsection or unit, with the settings that the library has preserved for it."""
    carried = {} if preserved is None else carried_settings(preserved)
    title = item.display_name()
    attributes = carried | link_after_sync(link, item, title=title).attributes() | {DISPLAY_NAME: title}
    return with_attributes(f"<{block_type}/>", attributes)


def carried_settings(preserved: ContainerSettingsData) -> dict[str, str]:
    """Return the attributes that a new block gets from the settings and the license of its item in the library."""
    carried = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in preserved.settings.items()
        if name.isidentifier() and name not in LINK_ATTRIBUTES and name not in {"url_name", DISPLAY_NAME}
    }
    return carried | license_attributes(preserved)


def link_without_sync(
    item: UpstreamItem, upstream_olx: str | None, *, usage_key: UsageKey, link: LinkSettings
) -> LinkSettings:
    """Return link settings with title and body of the library item, for a block that is linked without a sync."""
    body = customizable_body(usage_key.block_type, upstream_olx)
    return replace(link, upstream_title=item.display_name(upstream_olx), upstream_body=body)


def link_after_sync(
    link: LinkSettings, item: UpstreamItem, *, title: str | None, body: str | None = None
) -> LinkSettings:
    """Return link settings after a sync: with the item's version, title and, for a Text, body, and nothing declined."""
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
    """Return the OLX of a component with the names that its files get in the course."""
    return with_renamed_files(upstream_olx, {name: private_name(usage_key, name) for name in own_files(files)})


def own_files(files: tuple[FileMedia, ...]) -> Mapping[str, FileMedia]:
    """Return the files of a component by their names below ``static/``."""
    return {file.path.removeprefix(STATIC): file for file in files if file.path.startswith(STATIC)}
