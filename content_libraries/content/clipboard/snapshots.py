"""An item with all that is below it as one OLX text, read in a number of queries for each level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from openedx_tagging.models import ObjectTag

from ...errors import InvalidInputError
from ...keys import ItemKey, LibraryContainerLocator
from ...learning_core import api as learning_core
from ...libraries.api import package_pk
from ...libraries.models import ContentLibrary
from ...olx.api import DEFAULT_LIMITS, parse_block, with_attributes
from .. import container_settings
from ..data import ContainerSettingsData, FileMedia

COPIED_FROM: Final = "copied_from_block"
COPIED_VERSION: Final = "copied_from_version"

TAGS_OF_TYPES: Final[Mapping[str, str]] = {"section": "chapter", "subsection": "sequential", "unit": "vertical"}
"""Container type -> the OLX tag that courses have for it."""

type TagsOfObjects = dict[str, dict[str, list[str]]]
"""Key of an item -> id of a taxonomy -> values."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    The draft of an item, with all that is below it.

    Args:
        tag: the OLX tag of the item.
        title: its title.
        olx: all of it. Each element says which item and version it was; components have a ``url_name``, except
            one that stands in its unit already.
        files: files of the components, by their keys.
        settings: what the containers had in the course that they came from, by their keys.
        tags: tags of the item and of all below it; a component without tags has an empty entry.
    """

    tag: str
    title: str
    olx: str
    files: Mapping[ItemKey, tuple[FileMedia, ...]]
    settings: Mapping[ItemKey, ContainerSettingsData]
    tags: TagsOfObjects


def take_snapshot(library: ContentLibrary, entity_pk: int) -> Snapshot:
    """
    Read the draft of an item. Checks no permission.

    Raises InvalidInputError for one that is too large to be copied at once, and OlxError for a component whose
    stored text is no OLX.
    """
    parts = _Parts.read(library, entity_pk)
    root = parts.contents[entity_pk]
    files = learning_core.files_of(parts.version_pks)
    settings = container_settings.settings_of(parts.version_pks)
    return Snapshot(
        tag=_tag(parts.keys[entity_pk]),
        title=root.title,
        olx=parts.olx(entity_pk),
        files={key: files[pk] for pk, key in parts.keys_of_versions(files)},
        settings={key: settings[pk] for pk, key in parts.keys_of_versions(settings)},
        tags=_tags(parts.keys.values()),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """The drafts of an item and of all below it, each once, by entity pk."""

    keys: Mapping[int, ItemKey]
    contents: Mapping[int, learning_core.DraftContent]
    children: Mapping[int, list[int]]
    version_nums: Mapping[int, int]
    texts: dict[int, str]

    @classmethod
    def read(cls, library: ContentLibrary, entity_pk: int) -> _Parts:
        children: dict[int, list[int]] = {}
        pks = level = {entity_pk}
        while level:
            below = learning_core.current_children_of(level, branch="draft")
            children.update(below)
            level = {pk for child_pks in below.values() for pk in child_pks}
            pks = pks | level
        contents = learning_core.draft_contents(package_pk(library), pks)
        return cls(
            keys=learning_core.item_keys(package_pk(library), pks, library_key=library.library_key),
            contents=contents,
            children=children,
            version_nums=learning_core.version_nums(content.version_pk or 0 for content in contents.values()),
            texts={},
        )

    @property
    def version_pks(self) -> list[int]:
        return [content.version_pk for content in self.contents.values() if content.version_pk is not None]

    def keys_of_versions(self, version_pks: Collection[int]) -> Iterable[tuple[int, ItemKey]]:
        """Those of the version pks that are among the parts, with the keys of their items."""
        for pk, content in self.contents.items():
            if content.version_pk in version_pks and pk in self.keys:
                yield content.version_pk or 0, self.keys[pk]

    def olx(self, entity_pk: int) -> str:
        """The element of an item, with all below it; made once, wherever it stands."""
        if entity_pk not in self.texts:
            key, content = self.keys[entity_pk], self.contents[entity_pk]
            origin = {COPIED_FROM: str(key), COPIED_VERSION: str(self.version_nums.get(content.version_pk or 0, 0))}
            if isinstance(key, LibraryContainerLocator):
                attributes = {"display_name": content.title, **origin}
                text = _container(TAGS_OF_TYPES[key.container_type], attributes, self._children(entity_pk))
            else:
                # Only the element: what stands before it in its own text cannot stand inside another element.
                element = parse_block(content.olx or f"<{key.block_type}/>").olx
                text = with_attributes(element, {"url_name": key.usage_id, **origin})
            self.texts[entity_pk] = text
        return self.texts[entity_pk]

    def _children(self, entity_pk: int) -> list[str]:
        """The elements of the children. A ``url_name`` names one element, so a repetition in a unit has none."""
        pks = [pk for pk in self.children.get(entity_pk, ()) if pk in self.keys]
        first_place = {pk: place for place, pk in reversed(list(enumerate(pks)))}
        repeated = {pk: with_attributes(self.olx(pk), {"url_name": None}) for pk, n in Counter(pks).items() if n > 1}
        return [self.olx(pk) if first_place[pk] == place else repeated[pk] for place, pk in enumerate(pks)]


def _container(tag: str, attributes: Mapping[str, str], children: list[str]) -> str:
    if sum(len(child.encode()) for child in children) > DEFAULT_LIMITS.text_bytes:
        raise InvalidInputError(
            f"“{attributes['display_name']}” has more than {DEFAULT_LIMITS.text_bytes:,} bytes of text, too much to"
            " be copied at once. Copy its parts."
        )
    end = f"</{tag}>"
    start = with_attributes(f"<{tag}>{end}", attributes).removesuffix(end)
    return "\n".join([start, *children, end])


def _tag(key: ItemKey) -> str:
    tag: str = TAGS_OF_TYPES[key.container_type] if isinstance(key, LibraryContainerLocator) else key.block_type
    return tag


def _tags(keys: Collection[ItemKey]) -> TagsOfObjects:
    tags: TagsOfObjects = {str(key): {} for key in keys if not isinstance(key, LibraryContainerLocator)}
    for part in learning_core.in_parts([str(key) for key in keys]):
        rows = ObjectTag.objects.filter(object_id__in=part, taxonomy__isnull=False).order_by("id")
        for object_id, taxonomy_pk, value in rows.values_list("object_id", "taxonomy_id", "_value"):
            tags.setdefault(object_id, {}).setdefault(str(taxonomy_pk), []).append(value)
    return tags
