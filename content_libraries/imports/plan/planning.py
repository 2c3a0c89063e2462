"""Plans an import: which item each block of a source becomes in a library, and how the library changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ... import conf
from ...actors import Actor
from ...libraries.api import ContentLibrary, package_pk
from ...olx.api import OlxTree, SourceNote, with_names
from ...site_language import gettext
from ..data import (
    MAKING_ACTIONS,
    Action,
    ImportOptions,
    ImportPlan,
    LeftOutTag,
    PlannedBlock,
    SizeCheck,
    is_whole,
)
from ..records.forwarding import refuse_frozen, would_forward
from ..sources.keys import source_digest
from .blocks import BlockPlanner
from .codes import CodeAllocator
from .collecting import plan_collection
from .comparing import changes_between, fingerprints_of
from .earlier_types import with_earlier_types
from .groups import note_on_groups, plan_groups
from .library_facts import LibraryFacts, gather_facts
from .repeating import repeat_of
from .source_part import read_part
from .tags import SourceTags


def plan_tree(
    tree: OlxTree,
    library: ContentLibrary,
    options: ImportOptions,
    *,
    user: Actor,
    source_name: str = "",
    after: Sequence[ImportPlan] = (),
) -> ImportPlan:
    """
    Plan the import of a source into a library. Reads the library in a constant number of queries; writes nothing.

    Args:
        tree: the source, already with its drafts if drafts are imported.
        library: the library to import into.
        options: the options of the import.
        user: the user who plans; errors name only libraries that this user may view.
        source_name: the name of the file that was read, or the key of a course of this site.
        after: plans of other sources for the same library that are applied before this one. The library counts as
            having the items that they add.

    Raises SourceFrozenError if a forwarded legacy library has other content than when it was migrated.
    """
    source_version = source_digest(tree)
    tree = with_names(tree)
    refuse_frozen(tree.context_key, source_version, user=user)
    made_before = [block for plan in after for block in plan.makes()]
    facts = gather_facts(library, tree.context_key)
    tree = with_earlier_types(tree, facts.earlier)
    part = read_part(tree, options)
    tags = SourceTags.of(part.tree, library)
    codes = CodeAllocator.avoiding(facts.codes, made_before)
    planner = BlockPlanner(part=part, facts=facts, tags=tags, options=options, codes=codes)
    blocks = planner.plan()
    fingerprints = fingerprints_of(tree, part.texts)
    return ImportPlan(
        source_key=tree.context_key,
        source_title=tree.display_name,
        source_version=source_version,
        library_key=library.library_key,
        options=options,
        blocks=blocks,
        folder=tree.folder,
        file_paths={file.digest: file.path for file in tree.static_files},
        missing_files=part.missing,
        unused_files=part.unused_files,
        source_notes=_in_words((*tree.notes, *note_on_groups(tree))),
        drafts_left_out=0 if options.with_drafts else len(tree.drafts),
        collection=plan_collection(
            package_pk(library),
            options,
            source_key=tree.context_key,
            source_title=tree.display_name,
            made_before=[plan.collection for plan in after if plan.collection and plan.collection.is_new],
        ),
        groups=plan_groups(
            package_pk(library), tree, blocks, made_before=[group for plan in after for group in plan.groups]
        ),
        size=SizeCheck(
            limit=conf.MAX_BLOCKS_PER_CONTENT_LIBRARY.value,
            live=facts.live_items + sum(plan.size.coming for plan in after),
            coming=sum(block.action in MAKING_ACTIONS | {Action.RESTORE} for block in blocks),
        ),
        fingerprints=fingerprints,
        changes=None if facts.fingerprints is None else changes_between(facts.fingerprints, fingerprints),
        source_name=source_name,
        repeat=repeat_of(tree.context_key, facts, blocks, fingerprints, options),
        edited_targets=tuple(key for node in part.nodes if facts.is_edited(key := str(node.source_key))),
        leaving={
            str(block.source_key): gone
            for block in blocks
            if block.is_container and block.action == Action.UPDATE and (gone := facts.removed_children(block))
        },
        unknown=part.unknown,
        taken_titles=_taken_titles(blocks, facts, made_before),
        tags_left_out=_tags_left_out(tags, planner, options),
        last_row_pk=facts.newest_row_pk,
        forwards=would_forward(options.forward, tree.context_key, is_whole=is_whole(blocks)),
    )


def _in_words(notes: Iterable[SourceNote]) -> tuple[str, ...]:
    """Return the notes about a source, in the language of the site."""
    return tuple(gettext(text) % values for text, values in ((note.text, note.values) for note in notes))


def _tags_left_out(tags: SourceTags, planner: BlockPlanner, options: ImportOptions) -> tuple[LeftOutTag, ...]:
    is_part = bool(options.only)
    return (*tags.left_out(planner.tagged_blocks()), *(() if is_part else tags.left_out_of_root()))


def _taken_titles(
    blocks: Iterable[PlannedBlock], facts: LibraryFacts, made_before: Collection[PlannedBlock]
) -> tuple[str, ...]:
    """
    Find new items with the title of another item of their type, in the library or in the same or earlier plans.

    Returns: usage keys of their blocks.
    """
    titles = set(facts.titles) | {(block.item_type, block.title) for block in made_before}
    taken = []
    for block in blocks:
        if block.action not in MAKING_ACTIONS:
            continue
        name = (block.item_type, block.title)
        if name in titles:
            taken.append(str(block.source_key))
        titles.add(name)
    return tuple(taken)
