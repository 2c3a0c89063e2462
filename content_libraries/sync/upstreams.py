"""What libraries have published of the items that a course is linked to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.text import slugify

from ..content.api import ContainerSettingsData, settings_of
from ..keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2, library_key_of
from ..learning_core import api as learning_core
from ..learning_core.api import FileMedia
from ..olx.api import settings_in
from .data import LinkState
from .settings import DISPLAY_NAME

_READS: Final = 5
"""How often a library is read again because somebody published in the meantime."""

_STUDIO_ID: Final = re.compile("[0-9a-f]{32}")
_REPEATED: Final = re.compile(r"_\d+$")
"""What imports put after an ID that a library has already."""


@dataclass(frozen=True, slots=True)
class UpstreamItem:
    """
    The published version of a library item.

    Args:
        pk: of its entity.
        children: keys of what it shows, in order; what is not published is not in it.
    """

    key: ItemKey
    pk: int
    package_pk: int
    version_pk: int
    version_num: int
    title: str
    children: tuple[ItemKey, ...] = ()

    def display_name(self, olx: str | None = None) -> str | None:
        """What it is called in a course; None for what has no name. ``olx`` is that of a component."""
        return display_name_of(self.key, self.title, olx)


@dataclass(frozen=True, slots=True)
class Upstreams:
    """
    Items of libraries, all as one moment had them.

    Args:
        items: those that are published, and everything in them.
        broken: state of those that were asked for and are not.
        pks: entity pk of those that were asked for and exist, published or not.
        returning: those that are deleted as far as anybody can take them, and that have a draft again.
    """

    items: Mapping[ItemKey, UpstreamItem]
    broken: Mapping[ItemKey, LinkState]
    pks: Mapping[ItemKey, int]
    returning: frozenset[ItemKey] = frozenset()

    def problem_of(self, key: ItemKey) -> LinkState | None:
        """What stands against linking an item anew; one that returns only has to be published."""
        return LinkState.UNPUBLISHED if key in self.returning else self.broken.get(key)

    def below(self, key: ItemKey) -> Iterator[UpstreamItem]:
        """Yield an item and what is in it; what stands somewhere twice comes twice."""
        item = self.items[key]
        yield item
        for child in item.children:
            yield from self.below(child)


@dataclass(frozen=True, slots=True)
class Contents:
    """What versions of items say: by version pk."""

    olx: Mapping[int, str]
    files: Mapping[int, tuple[FileMedia, ...]]
    settings: Mapping[int, ContainerSettingsData] = field(default_factory=dict)
    made_bytes: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Bytes of files that no library has as they are, by digest."""


def display_name_of(key: ItemKey, title: str, olx: str | None = None) -> str | None:
    """
    What an item of a library is called in a course.

    Imports give what has no name its ID as a title, and learners would see it in place of the name that the type of the
    block has by default. The OLX of a component tells whether it has a name. Where it has none, a title that the ID was
    made of is none either; other titles come from the type or from an archive. Nothing tells for a container, so only
    an ID of Studio's making is no name: others may well be what an author has called it.

    Args:
        olx: of a component, in the version that has this title.
    """
    if isinstance(key, LibraryContainerLocator):
        return None if title == key.container_id and _STUDIO_ID.fullmatch(title) else title
    if olx is not None and settings_in(olx).get(DISPLAY_NAME, "").strip():
        return title
    ids = {key.usage_id, _REPEATED.sub("", key.usage_id)}
    return title if ids.isdisjoint({title, slugify(title)}) else None


def read_upstreams(keys: Iterable[ItemKey]) -> Upstreams:
    """
    Read items and everything in them, as published. Checks no permission.

    Costs a few queries for each library and level, however many items there are.
    """
    by_library: dict[LibraryLocatorV2, set[ItemKey]] = {}
    for key in keys:
        by_library.setdefault(library_key_of(key), set()).add(key)
    packages = learning_core.packages_named([str(key) for key in by_library])
    items: dict[ItemKey, UpstreamItem] = {}
    broken: dict[ItemKey, LinkState] = {}
    pks: dict[ItemKey, int] = {}
    returning: set[ItemKey] = set()
    for library_key, wanted in by_library.items():
        package = packages.get(str(library_key))
        if package is None:
            broken.update(dict.fromkeys(wanted, LinkState.UNKNOWN_LIBRARY))
            continue
        found = _read_library(library_key, package.pk, wanted)
        items.update(found.items)
        broken.update(found.broken)
        pks.update(found.pks)
        returning.update(found.returning)
    return Upstreams(items, broken, pks, frozenset(returning))


def read_contents(versions: Collection[int]) -> Contents:
    """Read what versions of items say."""
    return Contents(learning_core.olx_of(versions), learning_core.files_of(versions), settings_of(versions))


@dataclass(frozen=True, slots=True)
class CopiedVersion:
    """
    A version of an item that was copied, as its library has it now.

    Args:
        title: None if the version is gone.
        claimed: number of the version that a paste may claim to have taken: this one if it was ever published; else the
            published one that it was made after. None if there is none.
        shown: what Learning Core calls the published children; () unless the published version is claimed.
    """

    title: str | None
    claimed: int | None
    shown: tuple[str, ...] = ()


def copied_versions(copied: Iterable[tuple[ItemKey, int]]) -> dict[tuple[str, int], CopiedVersion]:
    """
    Read what libraries have of versions of items.

    Args:
        copied: items, and the numbers of versions in their histories.

    Returns: (key, number) -> what is known; items that are gone are left out. A few queries for each library.
    """
    by_library: dict[LibraryLocatorV2, set[tuple[ItemKey, int]]] = {}
    for key, number in copied:
        by_library.setdefault(library_key_of(key), set()).add((key, number))
    packages = learning_core.packages_named([str(key) for key in by_library])
    found: dict[tuple[str, int], CopiedVersion] = {}
    for library_key, wanted in by_library.items():
        if (package := packages.get(str(library_key))) is not None:
            found.update(_copied_in(package.pk, wanted))
    return found


def _copied_in(
    package_pk: int, wanted: Collection[tuple[ItemKey, int]]
) -> Iterator[tuple[tuple[str, int], CopiedVersion]]:
    items = learning_core.find_items(package_pk, [key for key, _number in wanted])
    pairs = {(key, number): (items[key].pk, number) for key, number in wanted if key in items}
    versions = learning_core.numbered_versions(pairs.values())
    titles = learning_core.version_titles(list(versions.values()))
    published = learning_core.ever_published(versions.values())
    current = [item.published_version_pk for item in items.values() if item.published_version_pk is not None]
    numbers = learning_core.version_nums(current)
    shown = learning_core.published_places_in({item.pk for item in items.values() if item.published_version_pk})
    for (key, number), pair in pairs.items():
        version, available = versions.get(pair), numbers.get(items[key].published_version_pk or 0)
        is_newer = available is not None and available < number
        claimed = number if version in published else available if is_newer else None
        refs = tuple(child.entity_ref for child in shown.get(items[key].pk, ()))
        title = titles.get(version or 0)
        yield (str(key), number), CopiedVersion(title, claimed, refs if claimed == available else ())


def _read_library(library_key: LibraryLocatorV2, package_pk: int, wanted: Collection[ItemKey]) -> Upstreams:
    """Read until nobody publishes while it is read: all that is taken belongs to one publish log."""
    for _attempt in range(_READS):
        before = learning_core.newest_publish_logs([package_pk])
        found = _read_once(library_key, package_pk, wanted)
        if learning_core.newest_publish_logs([package_pk]) == before:
            break
    return found


def _read_once(library_key: LibraryLocatorV2, package_pk: int, wanted: Collection[ItemKey]) -> Upstreams:
    found = learning_core.find_items(package_pk, wanted)
    broken = {key: LinkState.DELETED for key in wanted if key not in found}
    for key, item in found.items():
        if item.published_version_pk is None:
            broken[key] = LinkState.DELETED if item.is_gone else LinkState.UNPUBLISHED
    level = {item.pk for key, item in found.items() if key not in broken}
    items: dict[ItemKey, UpstreamItem] = {}
    keys_of: dict[int, ItemKey] = {}
    children_of: dict[int, list[int]] = {}
    while level:
        statuses = learning_core.item_statuses(package_pk, level, library_key=library_key)
        for pk, status in statuses.items():
            if status.published is not None:
                published = status.published
                keys_of[pk] = status.key
                items[status.key] = UpstreamItem(
                    status.key, pk, package_pk, published.pk, published.version_num, published.title
                )
        holders = [pk for pk in statuses if isinstance(keys_of.get(pk), LibraryContainerLocator)]
        children_of.update(learning_core.current_children_of(holders, branch="published"))
        level = {child for pk in holders for child in children_of.get(pk, ())} - keys_of.keys()
    return Upstreams(
        {
            key: UpstreamItem(
                key,
                item.pk,
                item.package_pk,
                item.version_pk,
                item.version_num,
                item.title,
                tuple(keys_of[child] for child in children_of.get(item.pk, ()) if child in keys_of),
            )
            for key, item in items.items()
        },
        broken,
        {key: item.pk for key, item in found.items()},
        frozenset(key for key, item in found.items() if item.is_gone and not item.is_deleted),
    )
