"""Building the content of a library, in as few words as a test needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from openedx_content import api as content_api
from openedx_content.models_api import PublishableEntity

from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import ContentLibrary
from content_libraries.search.engine import SearchQuery, current_engine


class Shelf:
    """
    The content of a library, by short names: ``p1`` is a problem, ``unit1`` a unit, ``subsection1``, ``section1``.
    """

    def __init__(self, library: ContentLibrary) -> None:
        assert library.learning_package_id is not None
        self.library = library
        self.pk = library.learning_package_id

    def write(self, *problems: str, title: str = "", **containers: list[str]) -> None:
        """Create problems, and containers with their children, or give them their next versions."""
        self.write_all(problems, containers, title=title)

    def write_all(self, problems: Iterable[str], containers: Mapping[str, list[str]], *, title: str = "") -> None:
        learning_core.write_drafts(
            self.pk,
            components=[
                learning_core.ComponentWrite(
                    "problem", code, title or code.title(), f"<problem><p>Text of {code}</p></problem>"
                )
                for code in problems
            ],
            containers=[
                learning_core.ContainerWrite(
                    code.rstrip("0123456789"),
                    code,
                    title or code.title(),
                    tuple(map(self._ref, children)),
                )
                for code, children in containers.items()
            ],
            author_pk=None,
        )

    def rename(self, code: str, title: str) -> None:
        learning_core.rename_container(self.pk, self.pk_of(code), title=title, author_pk=None)

    def publish(self, *codes: str) -> None:
        pks = [self.pk_of(code) for code in codes] if codes else None
        learning_core.publish(self.pk, pks, author_pk=None)

    def discard(self) -> None:
        learning_core.discard(self.pk, author_pk=None)

    def delete(self, code: str) -> None:
        learning_core.delete_item(self.pk, self.pk_of(code), author_pk=None)

    def restore(self, code: str) -> None:
        learning_core.restore_item(self.pk, self.pk_of(code), author_pk=None)

    def collect(self, collection_code: str, *codes: str, title: str = "Collection") -> None:
        """Put items into a collection, which is created if there is none yet."""
        if not content_api.get_collections(self.pk, enabled=None).filter(collection_code=collection_code):
            content_api.create_collection(self.pk, collection_code, title=title, created_by=None)
        content_api.add_to_collection(self.pk, collection_code, self._entities(*codes))

    def uncollect(self, collection_code: str, *codes: str) -> None:
        content_api.remove_from_collection(self.pk, collection_code, self._entities(*codes))

    def pk_of(self, code: str) -> int:
        return PublishableEntity.objects.get(learning_package_id=self.pk, entity_ref=self._ref(code)).id

    def key(self, code: str) -> str:
        kind = code.rstrip("0123456789")
        prefix, block_type = ("lct", kind) if kind.endswith(("unit", "section")) else ("lb", "problem")
        return f"{prefix}:{str(self.library.library_key).removeprefix('lib:')}:{block_type}:{code}"

    def found(self, code: str) -> dict[str, Any]:
        """The document of an item as the index has it. Fails if it has none."""
        return documents()[self.key(code)]

    def _entities(self, *codes: str) -> Any:
        return PublishableEntity.objects.filter(learning_package_id=self.pk, entity_ref__in=map(self._ref, codes))

    def _ref(self, code: str) -> str:
        return code if "unit" in code or "section" in code else f"xblock.v1:problem:{code}"


def documents() -> dict[str, dict[str, Any]]:
    """All documents of the index, by usage key."""
    hits = current_engine().search(SearchQuery(limit=10_000)).hits
    return {hit["usage_key"]: dict(hit) for hit in hits}
