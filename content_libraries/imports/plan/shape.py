"""
Converts the structure of a course to the structure of a library.

In a course, almost any block can stand anywhere. In a library, sections hold only subsections, subsections hold only
units, and units hold only components (wire: imports-shape). This module decides for each block of a source what it
becomes and where it goes, without looking at the library.

- Containers above the chosen level are not made; their contents are imported.
- A component with children is left out, and its children take its place. Units that come to stand inside of a unit
  in this way (the groups of a content experiment) are placed after it, so that alternatives stay apart (ADR 0007).
- A container directly inside of a container of the same kind is dissolved: its contents take its place.
- Adjacent blocks that stand a level too high are wrapped in a container of the missing level.
- A block with two parents becomes one item, in both. A block that stands in one container twice does so in the library.
- A block that cannot be read fails. It keeps its place, for the item that an earlier import made of it. Blocks that its
  file still names follow it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, groupby
from typing import Final

from opaque_keys.edx.keys import UsageKey

from ...block_types.api import CONTAINERS, CONTAINERS_OF_TAGS, RANKS, BlockRole, Container, block_type
from ...learning_core.api import MAX_TITLE
from ...olx.api import Fault, OlxBlock, OlxTree
from ...site_language import gettext as _
from ...site_language import ngettext
from ..data import Action, Level
from ..sources.keys import key_of_name

_CONTAINER_OF_RANK: Final = {container.rank: container for container in CONTAINERS}


@dataclass(slots=True, eq=False)
class Node:
    """
    An item that an import would make, or a block that becomes no item (then ``fate`` is set).

    Args:
        source_key: usage key of the block in its source.
        item_type: XBlock type, or ``unit``, ``subsection``, ``section``.
        block: the block; None for a container that the import adds to wrap blocks.
        children: the items that a container holds, and blocks that cannot be read.
        fate: LEAVE_OUT, FAILED or DISSOLVE; None for a block that becomes an item.
        reason: explains the fate, or is a note about the item.
        is_parent: whether it is left out because it has children. The reason is made later, because it names the code
            that the block would have in the library.
    """

    source_key: UsageKey
    item_type: str
    title: str
    block: OlxBlock | None
    children: list[Node] = field(default_factory=list)
    fate: Action | None = None
    reason: str = ""
    is_parent: bool = False

    def add_reason(self, text: str) -> None:
        """Add a sentence to the reason."""
        self.reason = f"{self.reason} {text}".strip()

    @property
    def rank(self) -> int:
        """Return the level of the item: 0 for components."""
        return RANKS.get(self.item_type, 0)


def shape(tree: OlxTree, level: Level) -> list[Node]:
    """
    Decide which items the blocks of a source become.

    Args:
        tree: the source, whose blocks all have names.
        level: the highest level of containers to make.

    Returns: one node for each block below the root, parents before children, without containers above the level.
    """
    return _Shaper(tree, RANKS.get(level, 0)).run()


@dataclass(slots=True)
class _Shaper:
    tree: OlxTree
    top_rank: int
    nodes: list[Node] = field(default_factory=list)
    nodes_of: dict[int, list[Node]] = field(default_factory=dict)
    """``id()`` of a block -> the nodes that take its place. A second parent of the block gets the same nodes."""
    used_keys: set[UsageKey] = field(default_factory=set)
    """Usage keys that cannot be given to a container that the import adds, or to a second block of one name."""
    owned_keys: set[UsageKey] = field(default_factory=set)
    """Usage keys of blocks that can be read, or have come before. No broken block of the same name can have them."""

    def run(self) -> list[Node]:
        for block in self.tree.walk():
            if block.url_name:
                key = key_of_name(self.tree, block.tag, block.url_name)
                self.used_keys.add(key)
                if not block.fault:
                    self.owned_keys.add(key)
        self._contents(self.tree.root)
        return self.nodes

    def _contents(self, block: OlxBlock) -> list[Node]:
        return [node for child in block.children for node in self._place(child, block)]

    def _place(self, block: OlxBlock, parent: OlxBlock) -> list[Node]:
        """Return the nodes that take the place of a block in the enclosing container."""
        if id(block) not in self.nodes_of:
            self.nodes_of[id(block)] = self._nodes_for(block, parent)
        return self.nodes_of[id(block)]

    def _nodes_for(self, block: OlxBlock, parent: OlxBlock) -> list[Node]:
        if block_type(block.tag).role == BlockRole.ROOT:
            return self._contents(block)
        item_type = CONTAINERS_OF_TAGS.get(block.tag)
        if block.fault:
            return self._failed(block, block.fault)
        if item_type and RANKS[item_type] > self.top_rank:
            return self._contents(block)
        node = self._node(block, item_type or block.tag)
        self.nodes.append(node)
        if item_type is None:
            return self._component(node, block)
        if block.tag == parent.tag:
            node.fate = Action.DISSOLVE
            text = _("A %(type)s cannot be in a %(type)s; its contents are in “%(parent)s”.")
            node.add_reason(text % {"type": item_type, "parent": self._title(parent)})
        contents = self._contents(block)
        if node.fate:
            return contents
        return self._container(node, contents)

    def _component(self, node: Node, block: OlxBlock) -> list[Node]:
        if reason := self.tree.not_imported.get(block.key):
            node.fate = Action.LEAVE_OUT
            node.add_reason(reason)
        elif block.children or block_type(block.tag).holds_blocks:
            node.fate, node.is_parent = Action.LEAVE_OUT, True
        if node.fate:
            text = _("Stood in the %(tag)s “%(title)s”, which is not supported.")
            return self._moved_out(block, text % {"tag": block.tag, "title": node.title})
        return [node]

    def _failed(self, block: OlxBlock, fault: Fault) -> list[Node]:
        node = self._node(block, CONTAINERS_OF_TAGS.get(block.tag) or block.tag)
        node.fate, node.reason = Action.FAILED, fault.message
        self.nodes.append(node)
        text = _("Stood in the %(tag)s “%(title)s”, which cannot be read.")
        return [node, *self._moved_out(block, text % {"tag": block.tag, "title": node.title})]

    def _moved_out(self, block: OlxBlock, reason: str) -> list[Node]:
        """Return the contents of a block that becomes no item, with a note on each block that has no reason yet."""
        contents = self._contents(block)
        for child in contents:
            if child.reason == (child.block.note if child.block else ""):
                child.add_reason(reason)
        return contents

    def _container(self, node: Node, contents: Sequence[Node]) -> list[Node]:
        """Put the contents that a container can hold into it. Returns: the container, then all other contents."""
        inside = [child for child in _without_repeats(node, contents) if child.rank < node.rank]
        beside = [child for child in dict.fromkeys(contents) if child.rank >= node.rank]
        node.children = self._wrapped(node, inside, node.rank - 1)
        return [node, *beside]

    def _wrapped(self, node: Node, contents: Iterable[Node], rank: int) -> list[Node]:
        """Wrap runs of contents below a rank in containers of that rank."""
        result: list[Node] = []
        for fits, run in groupby(contents, lambda child: child.rank >= rank):
            below = list(run)
            if fits:
                result.extend(below)
                continue
            if all(child.fate for child in below):
                continue
            wrapper = self._wrapper(node, _CONTAINER_OF_RANK[rank], len(result))
            self.nodes.append(wrapper)
            wrapper.children = self._wrapped(wrapper, below, rank - 1)
            result.append(wrapper)
        return result

    def _wrapper(self, node: Node, container: Container, number: int) -> Node:
        return Node(
            source_key=self._free_key(container.tag, f"{node.source_key.block_id}-contents-{number}"),
            item_type=container.container_type,
            title=node.title,
            block=None,
            reason=_("Made to hold what stood directly in the %(type)s “%(title)s”.")
            % {"type": node.item_type, "title": node.title},
        )

    def _node(self, block: OlxBlock, item_type: str) -> Node:
        key = key_of_name(self.tree, block.tag, block.url_name)
        if block.fault and key in self.owned_keys:
            key = self._free_key(block.tag, f"{block.url_name}-unreadable")
        self.owned_keys.add(key)
        return Node(key, item_type, self._title(block), block, reason=block.note)

    def _free_key(self, tag: str, name: str) -> UsageKey:
        """Make a free key for a container that the import adds, or for a second block of one name."""
        names = chain([name], (f"{name}-{number}" for number in count(1)))
        key = next(key for name in names if (key := key_of_name(self.tree, tag, name)) not in self.used_keys)
        self.used_keys.add(key)
        return key

    def _title(self, block: OlxBlock) -> str:
        title = str(self.tree.settings_of(block).get("display_name") or "")
        return (title if title.strip() else block.url_name)[:MAX_TITLE]


def _without_repeats(node: Node, contents: Iterable[Node]) -> Iterator[Node]:
    """Yield the contents of a container. Only a block that the container itself has twice is yielded twice."""
    places = Counter(id(child) for child in node.block.children) if node.block else Counter()
    taken: Counter[Node] = Counter()
    for child in contents:
        taken[child] += 1
        if taken[child] <= max(1, places[id(child.block)]):
            yield child


def reason_of_parent(block: OlxBlock, code: str) -> str:
    """
    Explain why a component with children is left out, in the words of the platform (wire: imports-content).

    Args:
        code: the code that the block would have in the library.
    """
    text = _('The "%(tag)s" XBlock (ID: "%(code)s") has children, so it is not supported in content libraries.') % {
        "tag": block.tag,
        "code": code,
    }
    if count := len(block.children):
        more = ngettext("It has %(count)s children block.", "It has %(count)s children blocks.", count)
        return f"{text} {more % {'count': count}}"
    return text
