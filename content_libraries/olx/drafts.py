"""Lays the drafts of a course over its published blocks."""

from __future__ import annotations

from dataclasses import replace

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey

from ..translation import gettext as _
from .data import DEFAULT_LIMITS, Limits, OlxBlock, OlxDraft, OlxTree
from .errors import ArchiveTooLargeError, PointerCycleError
from .faults import fault_of
from .splicing import with_children
from .start_tags import pointer
from .unfolding import refuse_unfolding

__all__ = ["tree_with_drafts"]

type Key = tuple[str, str]


def tree_with_drafts(tree: OlxTree, *, limits: Limits = DEFAULT_LIMITS, place_all: bool = False) -> OlxTree:
    """
    Return the tree with its drafts in place of published blocks, as authors see it in Studio.

    A draft replaces the published block with the same tag and url_name, wherever that block stands. If the draft cannot
    be read and the published block can, the published block stays, with a note. A draft that names a parent, but is not
    among its children, is inserted at its index (at the end without one). Drafts without a place stay in ``drafts`` of
    the result: their parent is not in the tree, or they cannot be read. A block that contains itself through drafts has
    a fault.

    Args:
        place_all: put drafts without a place at the end of the root. Those that can be read get a note.

    Raises ArchiveTooLargeError if drafts and published blocks together are too many.
    """
    if not tree.drafts:
        return tree
    overlay = _Overlay(tree.drafts, limits)
    root = overlay.block(tree.root)
    placed = {block.key for block in root.walk()}
    loose = [draft.block for draft in tree.drafts if draft.block.key not in placed]
    if loose and place_all:
        broken = [block for block in loose if block.fault]
        root = with_children(root, [*root.children, *broken, *_outermost(loose, overlay)], frozenset())
        placed = {block.key for block in root.walk()}
    refuse_unfolding([root], limits)
    return replace(tree, root=root, drafts=tuple(draft for draft in tree.drafts if draft.block.key not in placed))


def _outermost(drafts: list[OlxBlock], overlay: _Overlay) -> list[OlxBlock]:
    """Return drafts that can be read, each with a note. A draft inside of another draft is left out."""
    blocks = [overlay.block(draft) for draft in drafts if not draft.fault]
    inside = {below.key for block in blocks for child in block.children for below in child.walk()}
    note = _("The course has no place for this draft: its parent is not in the course.")
    placed: set[Key] = set()
    found = []
    # Two drafts may name each other as parents: then neither is outermost, and the first one holds the other.
    for block in sorted(blocks, key=lambda block: block.key in inside):
        if block.key not in placed:
            placed |= {below.key for below in block.walk()}
            found.append(replace(block, note=f"{block.note} {note}".strip()))
    return found


class _Overlay:
    def __init__(self, drafts: tuple[OlxDraft, ...], limits: Limits) -> None:
        self._limits = limits
        self._drafts = {draft.block.key: draft.block for draft in drafts}
        self._additions: dict[Key, list[OlxDraft]] = {}
        for draft in sorted(drafts, key=_place):
            if (parent := _parent_key(draft)) is not None:
                self._additions.setdefault(parent, []).append(draft)
        self._kept: dict[Key, OlxBlock] = {}
        self._done: dict[int, OlxBlock] = {}
        self._open: list[Key] = []

    def block(self, published: OlxBlock) -> OlxBlock:
        block = self._chosen(published)
        if block.url_name and block.key in self._open:
            return self._repeated(block)
        if id(block) not in self._done:
            self._refuse_depth(block)
            self._open.append(block.key)
            self._done[id(block)] = self._with_draft_children(block)
            self._open.pop()
        return self._done[id(block)]

    def _chosen(self, published: OlxBlock) -> OlxBlock:
        """Return the draft of a block; but the published block, with a note, if only the draft cannot be read."""
        draft = self._drafts.get(published.key, published)
        if draft.fault is None or published.fault is not None:
            return draft
        if published.key not in self._kept:
            text = _("Its draft cannot be read, so this is the published version. %(problem)s")
            self._kept[published.key] = replace(published, note=text % {"problem": draft.fault.message})
        return self._kept[published.key]

    def _with_draft_children(self, block: OlxBlock) -> OlxBlock:
        children = [self.block(child) for child in block.children]
        present = {child.key for child in children}
        for draft in self._additions.get(block.key, ()):
            if draft.block.key not in present:
                at = len(children) if draft.index is None else draft.index
                children.insert(at, self.block(draft.block))
        if [id(child) for child in children] == [id(child) for child in block.children]:
            return block
        return with_children(block, children, frozenset(self._drafts))

    def _repeated(self, block: OlxBlock) -> OlxBlock:
        """Return a block that contains itself, with a fault and without its contents."""
        error = PointerCycleError(
            _("With its drafts, %(tag)s %(url_name)r contains itself: remove %(path)s.")
            % {"tag": block.tag, "url_name": block.url_name, "path": block.path},
            block.path,
        )
        olx = pointer(block.tag, {"url_name": block.url_name})
        return OlxBlock(block.tag, block.url_name, {}, olx, path=block.path, fault=fault_of(error))

    def _refuse_depth(self, block: OlxBlock) -> None:
        if len(self._open) >= self._limits.block_depth:
            raise ArchiveTooLargeError(
                _("With its drafts, %(path)s nests blocks more than %(limit)s deep: flatten the course.")
                % {"path": block.path, "limit": self._limits.block_depth},
                block.path,
            )


def _place(draft: OlxDraft) -> tuple[bool, int]:
    """Return a key that sorts drafts by index. Drafts without an index come last."""
    return draft.index is None, draft.index or 0


def _parent_key(draft: OlxDraft) -> Key | None:
    try:
        parent = UsageKey.from_string(draft.parent_url or "")
    except InvalidKeyError:
        return None
    return parent.block_type, parent.block_id
