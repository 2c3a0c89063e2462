"""Imports the tags of a source: finds the tags that the library can give, and gives them to the items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ... import site_language
from ...block_types.api import BlockRole, block_type
from ...learning_core.api import item_keys
from ...libraries.api import ContentLibrary, package_pk
from ...olx.api import OlxBlock, OlxTree
from ...site_language import gettext as _
from ...tagging import api as tagging
from ..data import MAKING_ACTIONS, ImportPlan, LeftOutTag, PlannedBlock


@dataclass(frozen=True, slots=True)
class SourceTags:
    """The tags of a source, divided into tags that a library can give and tags that it cannot give."""

    tree: OlxTree
    known: tagging.KnownTags

    @classmethod
    def of(cls, tree: OlxTree, library: ContentLibrary) -> SourceTags:
        names = {name for block in tree.walk() if block is not tree.root for name in _names(tree, block)}
        with site_language.active():  # reasons are kept in plans
            return cls(tree, tagging.known_tags(library, names))

    def given_to(self, block: OlxBlock) -> tuple[tagging.NamedTag, ...]:
        """Return the tags of a block that the library can give."""
        return tuple(name for name in _names(self.tree, block) if name in self.known.tags)

    def left_out(self, blocks: Iterable[OlxBlock]) -> tuple[LeftOutTag, ...]:
        """Return the tags of blocks that the library cannot give, with the reasons."""
        counts = Counter(name for block in blocks for name in _names(self.tree, block) if name in self.known.reasons)
        return tuple(
            LeftOutTag(taxonomy, value, count, self.known.reasons[taxonomy, value])
            for (taxonomy, value), count in sorted(counts.items())
        )

    def left_out_of_root(self) -> tuple[LeftOutTag, ...]:
        """Return the tags of the course or legacy library itself, which no item of the library can get."""
        tree = self.tree
        # The table of tags that Studio exports does not name a course by its url_name.
        tables = [tags for (tag, _name), tags in tree.tags.items() if block_type(tag).role == BlockRole.ROOT]
        names = {
            (taxonomy, value)
            for tags in (tree.tags_of(tree.root), *tables)
            for taxonomy in tags
            for value in tags[taxonomy]
        }
        if tree.kind == "library":
            reason = _("It is a tag of the legacy library itself, which becomes no item of the library.")
        else:
            reason = _("It is a tag of the course itself, which becomes no item of the library.")
        return tuple(LeftOutTag(taxonomy, value, 1, reason) for taxonomy, value in sorted(names))


def give_tags(plan: ImportPlan, library: ContentLibrary, entity_pks: Mapping[str, int]) -> None:
    """
    Add the tags of a plan to its items, in the caller's transaction. Tags that the items have already stay.

    Args:
        entity_pks: ``entity_ref`` -> pk of the items.
    """
    tagged = [block for block in plan.blocks if block.tags and block.entity_ref in entity_pks]
    if not tagged:
        return
    pks = [entity_pks[block.entity_ref] for block in tagged]
    keys = item_keys(package_pk(library), pks, library_key=library.library_key)

    def object_id(block: PlannedBlock) -> str:
        return str(keys[entity_pks[block.entity_ref]])

    tagging.add_tags(
        library,
        {object_id(block): block.tags for block in tagged},
        announced={object_id(block) for block in tagged if block.action not in MAKING_ACTIONS},
    )


def _names(tree: OlxTree, block: OlxBlock) -> Iterable[tagging.NamedTag]:
    return [(taxonomy, value) for taxonomy, values in tree.tags_of(block).items() for value in values]
