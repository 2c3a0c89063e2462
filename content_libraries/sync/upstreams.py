"""What libraries have published of the items that a course is linked to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..content.api import ContainerSettingsData, settings_of
from ..keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2, library_key_of
from ..learning_core import api as learning_core
from ..learning_core.api import FileMedia
from .data import LinkState

_READS: Final = 5
"""How often a library is read again because somebody published in the meantime."""


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

    @property
    def display_name(self) -> str | None:
        """What it is called in a course; None for what has no name."""
        return display_name_of(self.key, self.title)


@dataclass(frozen=True, slots=True)
class Upstreams:
    """
    Items of libraries, all as one moment had them.

    Args:
        items: those that are published, and everything in them.
        broken: state of those that were asked for and are not.
        pks: entity pk of those that were asked for and exist, published or not.
    """

    items: Mapping[ItemKey, UpstreamItem]
    broken: Mapping[ItemKey, LinkState]
    pks: Mapping[ItemKey, int]

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


def display_name_of(key: ItemKey, title: str) -> str | None:
    """
    What an item of a library is called in a course.

    Imports give items without a name their ID as a title. Learners would see it in place of the name that the type of
    the block has by default.
    """
    item_id = key.container_id if isinstance(key, LibraryContainerLocator) else key.usage_id
    return None if title == item_id else title


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
    for library_key, wanted in by_library.items():
        package = packages.get(str(library_key))
        if package is None:
            broken.update(dict.fromkeys(wanted, LinkState.UNKNOWN_LIBRARY))
            continue
        found = _read_library(library_key, package.pk, wanted)
        items.update(found.items)
        broken.update(found.broken)
        pks.update(found.pks)
    return Upstreams(items, broken, pks)


def read_contents(versions: Collection[int]) -> Contents:
    """Read what versions of items say."""
    return Contents(learning_core.olx_of(versions), learning_core.files_of(versions), settings_of(versions))


def copied_titles(copied: Iterable[tuple[ItemKey, int]]) -> dict[tuple[str, int], str | None]:
    """
    Read what versions of items are called in a course.

    Args:
        copied: items, and the numbers of versions in their histories.

    Returns: (key, number) -> name; those that are gone are left out. A few queries for each library.
    """
    by_library: dict[LibraryLocatorV2, set[tuple[ItemKey, int]]] = {}
    for key, number in copied:
        by_library.setdefault(library_key_of(key), set()).add((key, number))
    packages = learning_core.packages_named([str(key) for key in by_library])
    titles: dict[tuple[str, int], str | None] = {}
    for library_key, wanted in by_library.items():
        if (package := packages.get(str(library_key))) is not None:
            items = learning_core.find_items(package.pk, [key for key, _number in wanted])
            numbers = {(items[key].pk, number): (key, number) for key, number in wanted if key in items}
            versions = learning_core.numbered_versions(numbers)
            found = learning_core.version_titles(list(versions.values()))
            for pair, pk in versions.items():
                key, number = numbers[pair]
                titles[str(key), number] = display_name_of(key, found[pk])
    return titles


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
            broken[key] = LinkState.DELETED if item.is_deleted else LinkState.UNPUBLISHED
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
    )
