"""Building content in a learning package, in as few words as a test needs."""

from __future__ import annotations

from openedx_content import api as content_api

from content_libraries.keys import (
    ItemKey,
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
    item_key,
    library_key,
)
from content_libraries.learning_core import api as learning_core

CHILD_TYPE = {"unit": "problem", "subsection": "unit", "section": "subsection"}


class Package:
    """A learning package, addressed by short names: ``p1`` is a problem, ``unit1`` a unit, and so on."""

    def __init__(self, slug: str = "lib") -> None:
        self.library_key: LibraryLocatorV2 = library_key(f"lib:Org:{slug}")
        self.pk = content_api.create_learning_package(str(self.library_key), title=slug).id

    def component_key(self, code: str, block_type: str = "problem") -> LibraryUsageLocatorV2:
        key = item_key(f"lb:Org:{self.library_key.slug}:{block_type}:{code}")
        assert isinstance(key, LibraryUsageLocatorV2)
        return key

    def container_key(self, code: str) -> LibraryContainerLocator:
        key = item_key(f"lct:Org:{self.library_key.slug}:{code.rstrip('0123456789')}:{code}")
        assert isinstance(key, LibraryContainerLocator)
        return key

    def key(self, code: str) -> ItemKey:
        return self.container_key(code) if code.startswith(tuple(CHILD_TYPE)) else self.component_key(code)

    def ref(self, code: str) -> str:
        return code if code.startswith(tuple(CHILD_TYPE)) else f"xblock.v1:problem:{code}"

    def write(self, *components: str, author_pk: int | None = None, title: str = "T", **containers: list[str]) -> None:
        """Create components, and containers with their children; or give them their next versions."""
        learning_core.write_drafts(
            self.pk,
            components=[
                learning_core.ComponentWrite("problem", code, f"{title} {code}", "<problem/>") for code in components
            ],
            containers=[
                learning_core.ContainerWrite(
                    code.rstrip("0123456789"), code, f"{title} {code}", tuple(map(self.ref, children))
                )
                for code, children in containers.items()
            ],
            author_pk=author_pk,
        )

    def keys(self, *codes: str) -> list[ItemKey]:
        return [self.key(code) for code in codes]

    def pks(self, *codes: str) -> list[int]:
        keys = self.keys(*codes)
        found = learning_core.find_items(self.pk, keys)
        return [found[key].pk for key in keys]

    def pk_of(self, code: str) -> int:
        return self.pks(code)[0]

    def publish(self, *codes: str, author_pk: int | None = None) -> None:
        learning_core.publish(self.pk, self.pks(*codes) if codes else None, author_pk=author_pk)

    def discard(self) -> None:
        learning_core.discard(self.pk, author_pk=None)

    def delete(self, code: str) -> None:
        learning_core.delete_item(self.pk, self.pk_of(code), author_pk=None)

    def restore(self, code: str) -> None:
        learning_core.restore_item(self.pk, self.pk_of(code), author_pk=None)

    def status(self, code: str) -> learning_core.ItemStatus:
        pk = self.pk_of(code)
        return learning_core.item_statuses(self.pk, [pk], library_key=self.library_key)[pk]
