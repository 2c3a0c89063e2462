"""Lays the drafts of a course over its published blocks."""

from __future__ import annotations

from dataclasses import replace

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey

from ..translation import gettext as _
from .data import DEFAULT_LIMITS, Limits, OlxBlock, OlxDraft, OlxTree
from .errors import ArchiveTooLargeError, PointerCycleError
from .splicing import with_children
from .unfolding import refuse_unfolding

__all__ = ["tree_with_drafts"]

type Key = tuple[str, str]


def tree_with_drafts(tree: OlxTree, *, limits: Limits = DEFAULT_LIMITS) -> OlxTree:
    """
    Return the tree as its authors see it in Studio.

    A draft replaces the published block with the same tag and url_name, wherever that block stands. If the draft cannot
    be read and the published block can, the published block stays, with a note. Other drafts that cannot be read do not
    tell their place: they come last in the root. A draft that names
    a parent, but is not among its children, is inserted at its index (at the end without one). Drafts without a place
    stay in ``drafts`` of the result.

    Raises PointerCycleError or ArchiveTooLargeError if drafts and published blocks together do not form a tree.
    """
    if not tree.drafts:
        return tree
    root = _Overlay(tree.drafts, limits).block(tree.root)
    placed = {block.key for block in root.walk()}
    broken = [draft.block for draft in tree.drafts if draft.block.fault and draft.block.key not in placed]
    if broken:
        root = with_children(root, [*root.children, *broken], frozenset())
        placed |= {block.key for block in broken}
    refuse_unfolding([root], limits)
    return replace(tree, root=root, drafts=tuple(draft for draft in tree.drafts if draft.block.key not in placed))


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
        if id(block) not in self._done:
            self._refuse_depth_and_cycles(block)
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

    def _refuse_depth_and_cycles(self, block: OlxBlock) -> None:
        if block.url_name and block.key in self._open:
            raise PointerCycleError(
                _("With its drafts, %(tag)s %(url_name)r contains itself: remove %(path)s.")
                % {"tag": block.tag, "url_name": block.url_name, "path": block.path},
                block.path,
            )
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
