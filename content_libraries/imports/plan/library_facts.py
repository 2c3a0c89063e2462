"""Reads the state of a library for the plan of an import. All queries of a plan of blocks are made here."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from opaque_keys.edx.keys import CourseKey

from ...content.api import ContainerSettingsData, settings_of
from ...learning_core.api import (
    CodesInUse,
    DraftContent,
    codes_in_use,
    codes_take_unicode,
    count_live_items,
    draft_contents,
    titles_in_use,
)
from ...libraries.api import ContentLibrary, package_pk
from ..data import NO_SETTINGS, PlannedBlock
from ..records.mapping import (
    EarlierTarget,
    LastImport,
    earlier_fingerprints,
    earlier_targets,
    fingerprints_when_written,
    last_import,
    newest_row_pk,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryFacts:
    """
    The state of a library when an import of a source into it is planned.

    Args:
        codes: the codes of all items, deleted ones too.
        is_ascii: whether codes have to be ASCII on this database.
        titles: type and title of all items.
        live_items: how many items are not deleted.
        earlier: source key of a block -> the result of the last import for the block.
        targets: source key of a block -> the draft of the item that the last import made of it.
        settings: version pk -> stored settings and licenses of the targets.
        fingerprints: source key of a block -> digest at the last import of the source; None at the first import.
        written_fingerprints: source key of a block -> digest when an import wrote its item.
        last_import: the last import of the source; None at the first import.
        newest_row_pk: pk of the newest record of imports of the source; 0 without such records.
    """

    codes: CodesInUse
    is_ascii: bool
    titles: AbstractSet[tuple[str, str]]
    live_items: int
    earlier: Mapping[str, EarlierTarget]
    targets: Mapping[str, DraftContent]
    settings: Mapping[int, ContainerSettingsData]
    fingerprints: Mapping[str, str] | None
    written_fingerprints: Mapping[str, str]
    last_import: LastImport | None
    newest_row_pk: int

    def is_edited(self, source_key: str) -> bool:
        """Return whether the item of a block was edited in the library after its last import."""
        if source_key not in self.targets:
            return False
        written, current = self.earlier[source_key].version_pk, self.targets[source_key].version_pk
        return written is not None and current is not None and written != current

    def removed_children(self, block: PlannedBlock) -> tuple[str, ...]:
        """Return ``entity_ref`` of the items that a container of the library holds, and not in a plan."""
        stored = self.targets[str(block.source_key)].children
        return tuple(ref for ref in dict.fromkeys(stored) if ref not in block.children)

    def has_equal(self, block: PlannedBlock) -> bool:
        """Return whether the draft of a block's item equals the version that the plan would write."""
        draft = self.targets[str(block.source_key)]
        if draft.title != block.title:
            return False
        if block.is_container:
            stored = self.settings.get(draft.version_pk or 0, NO_SETTINGS)
            return draft.children == block.children and stored == block.settings
        files = frozenset((file.path, file.digest) for file in block.files)
        is_licensed = block.settings.is_empty or block.settings == self.settings.get(draft.version_pk or 0)
        return draft.olx == block.olx and draft.files == files and is_licensed


def gather_facts(library: ContentLibrary, source_key: CourseKey) -> LibraryFacts:
    """Read a library, and the results of earlier imports of a source into it, in a constant number of queries."""
    learning_package_pk = package_pk(library)
    earlier = earlier_targets(source_key, learning_package_pk)
    drafts = draft_contents(learning_package_pk, {target.entity_pk for target in earlier.values()})
    return LibraryFacts(
        codes=codes_in_use(learning_package_pk),
        is_ascii=not codes_take_unicode(),
        titles=frozenset(titles_in_use(learning_package_pk)),
        live_items=count_live_items(learning_package_pk),
        earlier=earlier,
        targets={key: drafts[target.entity_pk] for key, target in earlier.items() if target.entity_pk in drafts},
        settings=settings_of([draft.version_pk for draft in drafts.values() if draft.version_pk]),
        fingerprints=earlier_fingerprints(source_key, learning_package_pk),
        written_fingerprints=fingerprints_when_written(earlier),
        last_import=last_import(source_key, learning_package_pk),
        newest_row_pk=newest_row_pk(source_key, learning_package_pk),
    )
