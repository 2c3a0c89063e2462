"""Snapshots of library items: an item with all that is below it as one OLX text, read level by level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from openedx_tagging.models import ObjectTag

from ..actors import Actor
from ..block_types.api import TAGS_OF_CONTAINERS
from ..content.api import access_item, settings_of
from ..keys import ItemKey, LibraryContainerLocator
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, Permission, package_pk
from ..olx.api import with_attributes
from ..upstream.openedx_tagging import VALUE
from .data import COPIED_FROM, COPIED_VERSION, Snapshot, TagsOfObjects
from .elements import element_of


def copying_permission(key: ItemKey) -> Permission:
    """Return the permission that copying an item needs: REUSE for a component, VIEW for a container."""
    return Permission.VIEW if isinstance(key, LibraryContainerLocator) else Permission.REUSE


def item_snapshot(key: ItemKey, *, user: Actor) -> Snapshot:
    """
    Read the draft of an item, with all that is below it, as a snapshot.

    Needs REUSE for a component, VIEW for a container.

    Raises NotFoundError, NotAllowedError, InvalidInputError for an item that is too large to be copied at once, and
    OlxError if the stored text of a component is not OLX.
    """
    library, item = access_item(user, key, copying_permission(key))
    parts = _Parts.read(library, item.pk)
    files = learning_core.files_of(parts.version_pks)
    settings = settings_of(parts.version_pks)
    return Snapshot(
        tag=_tag(key),
        title=parts.contents[item.pk].title,
        context_title=str(library.library_key),
        code=key.container_id if isinstance(key, LibraryContainerLocator) else key.usage_id,
        olx=parts.olx(item.pk),
        files={str(key): files[pk] for pk, key in parts.keys_of_versions(files)},
        settings={str(key): settings[pk] for pk, key in parts.keys_of_versions(settings)},
        tags=_tags(parts.keys.values()),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """The drafts of an item and of all that is below it, each once, by entity pk."""

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
        """Yield each of the version pks that belongs to one of the parts, with the key of its item."""
        for pk, content in self.contents.items():
            if content.version_pk in version_pks and pk in self.keys:
                yield content.version_pk or 0, self.keys[pk]

    def olx(self, entity_pk: int) -> str:
        """Return the element of an item with all that is below it, made once however often the item occurs."""
        if entity_pk not in self.texts:
            key, content = self.keys[entity_pk], self.contents[entity_pk]
            origin = {COPIED_FROM: str(key), COPIED_VERSION: str(self.version_nums.get(content.version_pk or 0, 0))}
            if isinstance(key, LibraryContainerLocator):
                attributes = {"display_name": content.title, **origin}
                empty = f"<{TAGS_OF_CONTAINERS[key.container_type]}/>"
                text = element_of(empty, attributes, self._children(entity_pk), title=content.title)
            else:
                attributes = {"url_name": key.usage_id, **origin}
                text = element_of(content.olx or f"<{key.block_type}/>", attributes, title=content.title)
            self.texts[entity_pk] = text
        return self.texts[entity_pk]

    def _children(self, entity_pk: int) -> list[str]:
        """
        Return the elements of the children, in order.

        A ``url_name`` may name one element only. So when a child occurs twice, the repetition has no ``url_name``.
        """
        pks = [pk for pk in self.children.get(entity_pk, ()) if pk in self.keys]
        first_place = {pk: place for place, pk in reversed(list(enumerate(pks)))}
        repeated = {pk: with_attributes(self.olx(pk), {"url_name": None}) for pk, n in Counter(pks).items() if n > 1}
        return [self.olx(pk) if first_place[pk] == place else repeated[pk] for place, pk in enumerate(pks)]


def _tag(key: ItemKey) -> str:
    tag: str = TAGS_OF_CONTAINERS[key.container_type] if isinstance(key, LibraryContainerLocator) else key.block_type
    return tag


def _tags(keys: Collection[ItemKey]) -> TagsOfObjects:
    tags: TagsOfObjects = {str(key): {} for key in keys if not isinstance(key, LibraryContainerLocator)}
    for part in learning_core.in_parts([str(key) for key in keys]):
        rows = ObjectTag.objects.filter(object_id__in=part, taxonomy__isnull=False).order_by("id")
        for object_id, taxonomy_pk, value in rows.values_list("object_id", "taxonomy_id", VALUE):
            tags.setdefault(object_id, {}).setdefault(str(taxonomy_pk), []).append(value)
    return tags
