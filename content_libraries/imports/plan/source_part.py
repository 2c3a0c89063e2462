"""Reads the part of a source that is imported: its blocks, their texts, and the files that they refer to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from ...block_types.api import missing_files, resolve_references
from ...content.api import LICENSE_SETTINGS
from ...olx.api import OlxBlock, OlxTree, StaticFile, StaticNames
from ..data import ImportOptions, Level
from .comparing import Texts, own_texts
from .selection import select
from .shape import Node, shape
from .unused_files import files_of_other_parts, with_unused_files


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePart:
    """
    The part of a source that is imported.

    Args:
        tree: the source, cut down to this part.
        nodes: the items that its blocks become, parents before children.
        texts: ``id()`` of a block -> its own OLX.
        references: ``id()`` of the block of a component -> the static files that it refers to, by the names it uses.
        missing: usage key of a component -> names of static files that it refers to, and that the source does not have.
        unused_files: paths of static files that neither this nor another part of the source refers to.
        licenses: ``id()`` of the block of a node -> the license of the nearest container of the source that holds the
            block and becomes no item. The course is such a container.
        unknown: usage keys in the option ``only`` that are not in the source.
    """

    tree: OlxTree
    nodes: Sequence[Node]
    texts: Texts
    references: Mapping[int, Mapping[str, StaticFile]]
    missing: Mapping[str, tuple[str, ...]]
    unused_files: tuple[str, ...]
    licenses: Mapping[int, str]
    unknown: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, tree: OlxTree, texts: Texts, level: Level, *, used_elsewhere: Collection[str], unknown: tuple[str, ...]
    ) -> Self:
        """Find the items and files of a tree."""
        files = StaticNames(tree.static_files, tree.static_links)
        nodes = shape(tree, level)
        references = {id(block): resolve_references(block, files) for node in nodes if (block := component_of(node))}
        used = {file.path for found in references.values() for file in found.values()} | set(used_elsewhere)
        unused = tuple(file.path for file in tree.static_files if file.path not in used)
        missing = {
            str(node.source_key): names
            for node in nodes
            if (block := component_of(node)) and (names := missing_files(block, files))
        }
        return cls(
            tree=tree,
            nodes=nodes,
            texts=texts,
            references=references,
            missing=missing,
            unused_files=unused,
            licenses=_inherited_licenses(tree, nodes),
            unknown=unknown,
        )


def read_part(tree: OlxTree, options: ImportOptions) -> SourcePart:
    """Find the part of a source that these options name, with a Text for its unused files if they ask for one."""
    part, unknown = select(tree, options.only)
    texts = own_texts(tree)
    used = files_of_other_parts(tree, part, texts)
    found = SourcePart.of(part, texts, options.level, used_elsewhere=used, unknown=unknown)
    if not (options.keep_unused_files and found.unused_files):
        return found
    part, added = with_unused_files(part, found.unused_files)
    return SourcePart.of(part, {**texts, id(added): added.olx}, options.level, used_elsewhere=used, unknown=unknown)


def _inherited_licenses(tree: OlxTree, nodes: Sequence[Node]) -> dict[int, str]:
    made = {id(node.block) for node in nodes if node.block and not node.fate}
    found: dict[int, str] = {}
    pending = [(tree.root, "")]
    seen: set[int] = set()
    while pending:
        block, above = pending.pop()
        if id(block) in seen:
            continue
        seen.add(id(block))
        if id(block) in made:
            found |= {id(block): above} if above else {}
            above = ""
        else:
            above = str(tree.settings_of(block).get(LICENSE_SETTINGS[0]) or above)
        pending += [(child, above) for child in reversed(block.children)]
    return found


def component_of(node: Node) -> OlxBlock | None:
    """Return the block of a node that becomes a component; None for containers and for blocks that become no item."""
    return None if node.fate or node.rank else node.block
