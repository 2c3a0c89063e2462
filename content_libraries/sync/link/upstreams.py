"""Reads the published versions of library items that a course is linked to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.text import slugify

from ...block_types.api import DISPLAY_NAME
from ...content.api import ContainerSettingsData, license_attributes, settings_of
from ...keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2, library_key_of
from ...learning_core import api as learning_core
from ...learning_core.api import FileMedia
from ...olx.api import settings_in, with_attributes
from ..data import LinkState

_MAX_READS: Final = 5
"""Maximal number of attempts to read a library while authors publish in it."""

_STUDIO_ID: Final = re.compile("[0-9a-f]{32}")
_REPEATED: Final = re.compile(r"_\d+$")
"""The suffix that imports add to an ID that the library has already."""


@dataclass(frozen=True, slots=True)
class UpstreamItem:
    """
    The published version of a library item.

    Args:
        pk: pk of its entity.
        children: keys of its published children, in order.
    """

    key: ItemKey
    pk: int
    package_pk: int
    version_pk: int
    version_num: int
    title: str
    children: tuple[ItemKey, ...] = ()

    def display_name(self, olx: str | None = None) -> str | None:
        """Return the title in a course; see ``display_name_of``."""
        return display_name_of(self.key, self.title, olx)


@dataclass(frozen=True, slots=True)
class Upstreams:
    """
    Items of libraries; the items of one library are all from the same moment.

    Args:
        items: requested items that are published, and everything in them.
        broken: state of each requested item that is not published or does not exist.
        pks: entity pk of each requested item that exists, published or not.
        returning: requested items whose deletion is published, and that have a draft again.
    """

    items: Mapping[ItemKey, UpstreamItem]
    broken: Mapping[ItemKey, LinkState]
    pks: Mapping[ItemKey, int]
    returning: frozenset[ItemKey] = frozenset()

    def problem_of(self, key: ItemKey) -> LinkState | None:
        """
        Return the state that keeps an item from being linked anew; None if nothing does.

        For an item that is deleted and has a draft again, the state is UNPUBLISHED and not DELETED.
        """
        return LinkState.UNPUBLISHED if key in self.returning else self.broken.get(key)

    def below(self, key: ItemKey) -> Iterator[UpstreamItem]:
        """Yield an item and everything in it; an item that occurs twice comes twice."""
        item = self.items[key]
        yield item
        for child in item.children:
            yield from self.below(child)


@dataclass(frozen=True, slots=True)
class Contents:
    """OLX, files and settings of versions of items, by version pk."""

    olx: Mapping[int, str]
    files: Mapping[int, tuple[FileMedia, ...]]
    settings: Mapping[int, ContainerSettingsData] = field(default_factory=dict)
    made_bytes: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Digest -> bytes of files that were made for courses and that no library has."""


def display_name_of(key: ItemKey, title: str, olx: str | None = None) -> str | None:
    """
    Return the title that a library item gets in a course; None if it has no title of its own.

    Imports use the ID of a block without a name as its title. Learners should see the default name of the block type
    instead of such an ID. So:

    - A component whose OLX has a display name keeps its title. Without a display name in its OLX, a title that equals
      the ID, or that the ID was made from, counts as no title.
    - A container has no OLX to check. Only an ID made by Studio (32 hex digits) counts as no title: any other may be
      the name that an author gave it.

    Args:
        olx: OLX of a component in the version that has this title.
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

    Needs a few queries for each library and level, however many items there are.
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
    """Read OLX, files and settings of versions of items. The OLX of components says their licenses."""
    settings = settings_of(versions)
    olx = {
        pk: with_attributes(text, license_attributes(settings[pk])) if pk in settings else text
        for pk, text in learning_core.olx_of(versions).items()
    }
    return Contents(olx, learning_core.files_of(versions), settings)


@dataclass(frozen=True, slots=True)
class CopiedVersion:
    """
    A copied version of an item, as its library knows it.

    Args:
        title: title of the version; None if the version does not exist any more.
        claimed: number of the version that counts as synced after a paste: the copied version if it was ever published,
            otherwise the published version if that is older; None if neither exists.
        shown: ``entity_ref`` of each published child; () unless the published version is claimed.
    """

    title: str | None
    claimed: int | None
    shown: tuple[str, ...] = ()


def copied_versions(copied: Iterable[tuple[ItemKey, int]]) -> dict[tuple[str, int], CopiedVersion]:
    """
    Look up copied versions of items in their libraries. Needs a few queries for each library.

    Args:
        copied: items, and the numbers of versions in their histories.

    Returns: (item key, version number) -> version; items that do not exist are left out.
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
    """Read a library, and repeat that if an author published meanwhile, so that all items are from one publish log."""
    for _attempt in range(_MAX_READS):
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
