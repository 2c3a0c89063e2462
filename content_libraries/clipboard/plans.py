"""Plans a paste: decides which elements of staged OLX are existing items and which become new items."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.text import slugify
from django.utils.translation import gettext as _

from ..block_types.api import CONTAINERS_OF_TAGS, TAGS_OF_CONTAINERS, UNIT, rank_of_tag
from ..content.api import (
    ComponentWrite,
    ContainerSettingsData,
    ContainerWrite,
    FileMedia,
    default_title,
    has_children,
    title_of_untitled,
)
from ..errors import MalformedKeyError, PlanOutdatedError
from ..keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2, item_key, library_key_of
from ..learning_core import api as learning_core
from ..olx.api import OlxBlock, with_attributes
from ..plan_basis import ChangedFact, PlanBasis
from .data import COPIED_FROM, COPIED_VERSION

MAX_SLUG: Final = 150
"""Keys have to fit into 255 characters together with the library's part."""

LIVE: Final = "live"
DELETED: Final = "deleted"

_NO_ORIGIN: Final = {"url_name": None, COPIED_FROM: None, COPIED_VERSION: None}

type Origin = tuple[str, str | int]
"""Identity of an element: its tag, and the key of the item it was (for an element that names none, its own ``id()``).

Elements with the same origin become one item."""


@dataclass(frozen=True, slots=True)
class Plan:
    """
    New components and containers with codes that no other item has, and the name of the pasted item among them.

    ``settings`` are the settings and licenses of the items, by ``entity_ref``. ``basis`` has the ``entity_ref`` of each
    new item, which no item may have, and of each existing item that becomes a child.
    """

    root_ref: str
    components: Sequence[ComponentWrite]
    containers: Sequence[ContainerWrite]
    settings: Mapping[str, ContainerSettingsData]
    basis: PlanBasis[str]


@dataclass(frozen=True, slots=True)
class Extras:
    """Files and settings that are staged beside the OLX, by the key of the component or container they belong to."""

    files: Mapping[str, tuple[FileMedia, ...]]
    settings: Mapping[str, ContainerSettingsData]


def plan_paste(
    root: OlxBlock,
    extras: Extras,
    *,
    learning_package_pk: int,
    library_key: LibraryLocatorV2,
    shares_children: bool = True,
) -> Plan:
    """
    Plan the writes of a paste.

    The pasted item itself is always new. A child that is a copy of an undeleted item of the library becomes that item
    again. Any other child becomes one new item, however often it occurs. Children that a container cannot hold, and
    blocks with children of their own, are left out (wire: clipboard-paste).

    Args:
        root: a block without children, or a chapter, sequential or vertical.
        extras: files and settings to go with the new items.
        learning_package_pk, library_key: the library that the content is pasted into.
        shares_children: False to make new items of all children.
    """
    tree = _Tree(_linked_refs(root, learning_package_pk, library_key) if shares_children else {})
    tree.add(root)
    codes = _free_codes(learning_package_pk, tree.copies)

    def ref(origin: Origin) -> str:
        return tree.linked.get(origin) or _ref(origin[0], codes[origin])

    components, containers, settings = [], [], {}
    for origin, block in tree.copies.items():
        source = block.attributes.get(COPIED_FROM, "")
        if block.tag in CONTAINERS_OF_TAGS:
            children = tuple(ref(child) for child in tree.children[origin])
            container_type = CONTAINERS_OF_TAGS[block.tag]
            containers.append(ContainerWrite(container_type, codes[origin], _title(block), children))
            if source in extras.settings:
                settings[codes[origin]] = extras.settings[source]
        else:
            component = ComponentWrite(
                block_type=block.tag,
                component_code=codes[origin],
                title=_title(block),
                olx=with_attributes(block.olx, _NO_ORIGIN),
                files=extras.files.get(source, ()),
                can_stand_alone=block is root,
            )
            components.append(component)
            if source in extras.settings:
                settings[component.entity_ref] = extras.settings[source]
    used = {tree.linked[child] for children in tree.children.values() for child in children if child in tree.linked}
    basis = PlanBasis[str]({ref(origin): None for origin in tree.copies} | dict.fromkeys(used, LIVE))
    return Plan(ref(_origin(root)), components, containers, settings, basis)


def basis_now(plan: Plan, learning_package_pk: int) -> PlanBasis[str]:
    """Return the present state of the items in the basis of a plan, in two queries."""
    refs = plan.basis.facts
    taken = learning_core.existing_refs(learning_package_pk, refs)
    live = learning_core.draft_versions(learning_package_pk, refs)
    return PlanBasis({ref: LIVE if ref in live else DELETED for ref in taken})


def outdated(changes: tuple[ChangedFact[str], ...]) -> PlanOutdatedError:
    """Return the error for a plan whose basis has changed."""
    return PlanOutdatedError(_("“%(item)s” was changed in the meantime. Paste again.") % {"item": changes[0].subject})


@dataclass(slots=True)
class _Tree:
    """
    The distinct elements that become new items, and the children of each.

    ``linked`` holds the elements that are existing items; nothing below such an element is looked at.
    """

    linked: Mapping[Origin, str]
    copies: dict[Origin, OlxBlock] = field(default_factory=dict)
    children: dict[Origin, list[Origin]] = field(default_factory=dict)

    def add(self, block: OlxBlock) -> None:
        origin = _origin(block)
        self.copies[origin] = block
        if block.tag not in CONTAINERS_OF_TAGS:
            return
        kept = [child for child in block.children if _may_hold(block.tag, child.tag)]
        self.children[origin] = [_origin(child) for child in kept]
        for child in kept:
            if _origin(child) not in self.linked and _origin(child) not in self.copies:
                self.add(child)


def _origin(block: OlxBlock) -> Origin:
    return block.tag, block.attributes.get(COPIED_FROM) or id(block)


def _may_hold(tag: str, child_tag: str) -> bool:
    if tag == UNIT:
        return not has_children(child_tag)
    return rank_of_tag(child_tag) == rank_of_tag(tag) - 1


def _linked_refs(root: OlxBlock, learning_package_pk: int, library_key: LibraryLocatorV2) -> dict[Origin, str]:
    """Return the names of the library's undeleted items that elements below the root are copies of, by origin."""
    origins: dict[ItemKey, Origin] = {}
    for block in root.walk():
        key = _key(block)
        if block is not root and key is not None and library_key_of(key) == library_key:
            origins[key] = _origin(block)
    found = learning_core.find_items(learning_package_pk, origins)
    return {origins[key]: item.entity_ref for key, item in found.items() if not item.is_deleted}


def _key(block: OlxBlock) -> ItemKey | None:
    """Return the key of the item that an element is a copy of; None if it names no item, or an item of another type."""
    try:
        key = item_key(block.attributes.get(COPIED_FROM, ""))
    except MalformedKeyError:
        return None
    tag = TAGS_OF_CONTAINERS[key.container_type] if isinstance(key, LibraryContainerLocator) else key.block_type
    return key if tag == block.tag else None


def _free_codes(learning_package_pk: int, copies: Mapping[Origin, OlxBlock]) -> dict[Origin, str]:
    """Make a code for each new item that no item of the learning package has, not even a deleted one."""
    codes: dict[Origin, str] = {}
    refs: set[str] = set()
    pending = list(copies)
    while pending:
        wanted = {origin: _code(copies[origin]) for origin in pending}
        taken = refs | learning_core.existing_refs(
            learning_package_pk, [_ref(origin[0], code) for origin, code in wanted.items()]
        )
        for origin, code in wanted.items():
            if (ref := _ref(origin[0], code)) not in taken:
                taken.add(ref)
                refs.add(ref)
                codes[origin] = code
        pending = [origin for origin in pending if origin not in codes]
    return codes


def _ref(tag: str, code: str) -> str:
    """Return the ``entity_ref`` that an item with this code has in Learning Core."""
    if tag in CONTAINERS_OF_TAGS:
        return code
    return ComponentWrite(tag, code, title="", olx="").entity_ref


def _code(block: OlxBlock, random_hex: Callable[[int], str] = secrets.token_hex) -> str:
    """
    Make a code from the title of a block and a random suffix: ``slug-of-the-title-1a2b3c``.

    A component whose title has no letters or digits gets 12 random hex digits.
    """
    slug = slugify(_title(block), allow_unicode=True)[:MAX_SLUG]
    if not slug and block.tag not in CONTAINERS_OF_TAGS:
        return random_hex(6)
    return f"{slug or CONTAINERS_OF_TAGS[block.tag]}-{random_hex(3)}"


def _title(block: OlxBlock) -> str:
    if block.tag in CONTAINERS_OF_TAGS:
        return block.attributes.get("display_name", "") or title_of_untitled(block.tag)
    return block.attributes.get("display_name", default_title(block.tag))
